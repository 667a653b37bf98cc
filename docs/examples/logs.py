import logging

from bettune import BetTune

logging.basicConfig(format="%(levelname)s %(name)s %(message)s")
logging.getLogger("bettune").setLevel(logging.DEBUG)

with BetTune() as bettune:
    bettune.sports.list()
