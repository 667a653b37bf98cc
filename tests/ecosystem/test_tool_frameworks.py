"""Frameworks that read signatures: tools for language models, command line builders, injectors."""

import asyncio
import json

import pytest
from fastmcp import Client as FastMCPClient
from fastmcp import FastMCP
from langchain_core.tools import StructuredTool
from pydantic_ai import Agent, Tool
from pydantic_ai.models.test import TestModel

READING = ("sports.list", "matches.list", "prediction_filters.list", "predictions.search")
WRITING = ("predictions.put", "predictions.delete")


def operation(client, path):
    group, name = path.split(".")
    return getattr(getattr(client, group), name)


@pytest.mark.filterwarnings("ignore:Could not generate return schema")
@pytest.mark.parametrize("path", READING + WRITING)
def test_single_operations_are_tools(sync_client, path):
    function = operation(sync_client, path)
    by_pydantic_ai = Tool(function).tool_def.parameters_json_schema["properties"]
    by_langchain = StructuredTool.from_function(function, name=path.replace(".", "_")).args
    assert by_pydantic_ai.keys() == by_langchain.keys()


@pytest.mark.parametrize("path", ["sports.list", "prediction_filters.list"])
def test_pydantic_ai_passes_their_results_to_the_model(sync_client, path):
    function = operation(sync_client, path)
    said = asyncio.run(Agent(TestModel(), tools=[function]).run("List them.")).output
    assert json.loads(said)["list"][0]["name"] == function()[0].name


def test_fastmcp_serves_operations(sync_client):
    async def main():
        server = FastMCP("beside bettune")
        server.tool(sync_client.matches.list, name="matches")
        server.tool(sync_client.predictions.put, name="put")
        async with FastMCPClient(server) as client:
            answer = await client.call_tool("matches", {"day": "2026-06-06", "tz": "Europe/Warsaw"})
            match = answer.structured_content["result"][0]
            assert {"id", "date", "home", "away"} <= match.keys()
            bet = {"filter_id": 11583, "match_id": match["id"], "odds": "2.15"}
            answer = await client.call_tool("put", bet)
            assert answer.structured_content["odds"] == "2.150000"

    asyncio.run(main())
