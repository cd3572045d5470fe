#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# signalbox run --output json | consumer.py [SECONDS]: what was slow, what
# failed, where the traffic went. Ends with the run's exit status.
import argparse, json, sys

words = argparse.ArgumentParser(usage="signalbox run --output json | %(prog)s [SECONDS]")
words.add_argument("seconds", nargs="?", type=float, default=60, help="what takes as long is slow")
slow, status = words.parse_args().seconds, 7
for event in map(json.loads, sys.stdin):
    kind, stage = event["event"], event.get("stage", "")
    if kind == "stage.finished" and event["ms"] >= slow * 1000:
        print(f"slow: {stage} took {event['ms'] / 1000:.1f} s")
    if kind == "stage.finished" and event["outcome"] != "passed":
        print(f"{event['outcome']}: {stage}: {event.get('reason', '')}")
    elif kind == "test.finished" and event.get("outcome") == "failed":
        print(f"test: {stage}: {event['name']}")
    elif kind == "traffic.changed":
        print(f"traffic: {event['environment']}: {event['to']}")
    elif kind == "run.finished":
        print(event["text"])
        status = event["status"]  # a stream that breaks off is no success: 7
sys.exit(status)
