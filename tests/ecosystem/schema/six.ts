// All six operations by openapi-fetch, typed by what openapi-typescript makes of openapi.yaml.
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const api = createClient<paths>({
  baseUrl: process.env.BETTUNE_BASE_URL,
  headers: { Authorization: `Bearer ${process.env.BETTUNE_API_TOKEN}` },
});

function body<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.error !== undefined || answer.data === undefined) {
    throw new Error(`${answer.response.url}: ${answer.response.status} ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

const sports = body(await api.GET("/sports"));
const filters = body(await api.GET("/prediction-filters"));
const day = body(
  await api.GET("/matches", { params: { query: { date: "2026-06-06", sport: sports.items[0].id } } }),
);
const filterId = filters.items[0].id;
const matchId = day.items[0].id;
const path = { filterId, matchId };
const prediction = "/prediction-filters/{filterId}/matches/{matchId}/prediction";
const put = body(await api.PUT(prediction, { params: { path }, body: { odds: "2.15" } }));
const found = body(await api.POST("/predictions/search", { body: { filterId, matchIds: [matchId] } }));
const gone = await api.DELETE(prediction, { params: { path } });
console.log(JSON.stringify([put.matchId === matchId, found.count, gone.response.status]));
