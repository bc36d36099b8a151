#!/usr/bin/env python3
"""Random clocks, judged by brute force and compared with the answers of `vakhta sla eval`.

    oracle.py [--cases N] [--seed S] [--keep FILE] BINARY [ARGUMENT...]

Shares nothing with the program but the definition: an instant is working when its local wall-clock time lies in a
window of its local date. Every slice of time (a minute, or a second where an offset has seconds) is asked by itself,
with Python's zoneinfo for the local time.
"""
import argparse
import json
import random
import subprocess
import sys
import tempfile
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONES = [
    "Europe/Berlin", "Europe/Moscow", "Europe/Dublin", "America/New_York", "America/Sao_Paulo", "America/Havana",
    "America/St_Johns", "America/Godthab", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "Africa/Cairo",
    "Africa/Casablanca", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Asia/Amman", "Antarctica/Troll", "UTC",
    "Africa/Monrovia", "America/Asuncion", "Asia/Gaza", "Pacific/Kwajalein", "America/Caracas",
]
HORIZON_S = 70 * 86400
FIRST = int(datetime(1970, 1, 2, tzinfo=timezone.utc).timestamp())
LAST = int(datetime(2045, 6, 1, tzinfo=timezone.utc).timestamp())


def text(at):
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def offset(zone, at):
    return int(datetime.fromtimestamp(at, ZoneInfo(zone)).utcoffset().total_seconds())


@lru_cache(maxsize=None)
def changes(zone):
    """Instants at which the offset changes, found by asking every six hours and halving."""
    found, step = [], 6 * 3600
    before = offset(zone, FIRST)
    for at in range(FIRST, LAST, step):
        after = offset(zone, at + step)
        if after != before:
            low, high = at, at + step
            while high - low > 1:
                middle = (low + high) // 2
                if offset(zone, middle) == before:
                    low = middle
                else:
                    high = middle
            found.append(high)
        before = after
    return found


class Calendar:
    def __init__(self, form):
        self.zone = ZoneInfo(form["zone"])
        self.week = {}
        for item in form["week"]:
            self.week.setdefault(item["day"], []).append((minutes(item["from"]), minutes(item["to"])))
        self.exceptions = {
            date.fromisoformat(item["date"]): [(minutes(a), minutes(b)) for a, b in item["hours"]]
            for item in form.get("exceptions", [])
        }

    def working(self, at):
        local = datetime.fromtimestamp(at, self.zone)
        windows = self.exceptions.get(local.date(), self.week.get(local.isoweekday(), []))
        minute = local.hour * 60 + local.minute + local.second / 60
        return any(start <= minute < stop for start, stop in windows)

    def slices(self, start, stop):
        """(from, to) working slices of [start, stop), each within one minute of UTC or one second."""
        at = start
        while at < stop:
            local = datetime.fromtimestamp(at, self.zone)
            whole = local.utcoffset().total_seconds() % 60 == 0
            end = min(stop, at - at % 60 + 60 if whole else at + 1)
            if self.working(at):
                yield at, end
            at = end


def minutes(clock):
    return int(clock[:2]) * 60 + int(clock[3:])


def judge(case):
    """What the clock must say, or None where the due instant lies beyond the horizon (then it is not compared)."""
    calendar, target = Calendar(case["calendar"]), case["target_s"]
    events = sorted(enumerate(case["events"]), key=lambda pair: (instant(pair[1]["at"]), pair[0]))
    state, since, ran = None, None, []
    for _, event in events:
        at, do = instant(event["at"]), event["do"]
        if state is None and do != "start" or state == "cancelled":
            continue
        if state == "running":
            ran += calendar.slices(since, at)
        since = at
        if state is None:
            state = "running"
        elif do == "pause" and state == "running":
            state = "paused"
        elif do == "resume" and state == "paused":
            state = "running"
        elif do == "stop" and state in ("running", "paused"):
            state = "stopped"
        elif do == "reopen" and state == "stopped":
            state = "running"
        elif do == "cancel":
            state = "cancelled"
        elif do == "retarget":
            target = event.get("target_s", target)
            if "calendar" in event:
                calendar = Calendar(event["calendar"])
    now = instant(case["now"])
    if state == "running":
        ran += calendar.slices(since, now)
    elapsed = sum(stop - start for start, stop in ran)
    reached = reach(ran, target)
    answer = {"state": state, "elapsed_s": elapsed, "target_s": target, "due_at": None, "breached": elapsed > target,
              "breached_at": text(reached) if elapsed > target else None, "remaining_s": target - elapsed}
    if state == "running":
        due = reached
        if due is None:
            due = reach(calendar.slices(now, now + HORIZON_S), target - elapsed)
        answer["due_at"] = "beyond" if due is None else text(due)
    return answer


def reach(slices, work):
    for start, stop in slices:
        if work <= stop - start:
            return start + work
        work -= stop - start
    return None


def instant(value):
    return int(datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp())


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def clock(self, minute):
        return f"{minute // 60:02d}:{minute % 60:02d}"

    def windows(self):
        pick = self.random.random()
        if pick < 0.2:
            return [("09:00", "13:00"), ("14:00", "18:00")]
        if pick < 0.3:
            return [("00:00", "24:00")]
        if pick < 0.4:
            return [("00:00", "03:30"), ("22:00", "24:00")]
        count = self.random.randint(1, 4)
        grain = self.random.choice([1, 5, 30])
        edges = sorted(self.random.sample(range(0, 1441, grain), 2 * count))
        pairs = [(self.clock(edges[2 * i]), self.clock(edges[2 * i + 1])) for i in range(count)]
        self.random.shuffle(pairs)
        return pairs

    def calendar(self, zone, around):
        usual, week = self.windows(), []
        for day in range(1, 8):
            if self.random.random() < (0.9 if day < 6 else 0.4):
                hours = usual if self.random.random() < 0.7 else self.windows()
                week += [{"day": day, "from": a, "to": b} for a, b in hours]
        today = datetime.fromtimestamp(around, timezone.utc).date()
        days = self.random.sample(range(-3, 25), self.random.randint(0, 5))
        exceptions = [{"date": (today + timedelta(days=d)).isoformat(),
                       "hours": [list(pair) for pair in self.windows()] if self.random.random() < 0.5 else []}
                      for d in days if (today + timedelta(days=d)).year >= 1970]
        form = {"zone": zone, "week": week, "exceptions": exceptions}
        if not exceptions and self.random.random() < 0.5:
            del form["exceptions"]
        return form

    def moment(self, zone):
        near = changes(zone)
        if near and self.random.random() < 0.75:
            return self.random.choice(near) + self.random.randint(-3 * 86400, 86400)
        return self.random.randint(FIRST + 86400, LAST)

    def case(self):
        zone = self.random.choice(ZONES)
        start = max(FIRST, self.moment(zone))
        span = self.random.choice([7200, 86400, 4 * 86400, 12 * 86400])
        grain = self.random.choice([1, 1, 60, 3600])
        start -= start % grain
        calendar = self.calendar(zone, start)
        names = ["pause", "resume"] * 3 + ["stop", "reopen", "retarget", "retarget", "start"]
        events = [{"at": text(start), "do": "start"}]
        at = start
        for _ in range(self.random.choice([0, 1, 2, 4, 7])):
            at += self.random.choice([0, 1, 1, 1]) * self.random.randint(0, span // 4)
            at -= at % grain if at - at % grain >= start else 0
            do = self.random.choice(names if self.random.random() < 0.95 else ["cancel"])
            event = {"at": text(at), "do": do}
            if do == "retarget":
                if self.random.random() < 0.7:
                    event["target_s"] = self.target(calendar, start, span)
                if "target_s" not in event or self.random.random() < 0.4:
                    other = zone if self.random.random() < 0.6 else self.random.choice(ZONES)
                    event["calendar"] = self.calendar(other, start)
            elif do == "pause" and self.random.random() < 0.5:
                event["reason"] = "info_requested"
            events.append(event)
        if self.random.random() < 0.3:
            self.random.shuffle(events)
        now = max(instant(event["at"]) for event in events) + self.random.choice([0, self.random.randint(0, span // 2)])
        return {"calendar": calendar, "target_s": self.target(calendar, start, span), "events": events,
                "now": text(now)}

    def target(self, calendar, start, span):
        """Often one that is reached exactly when a working interval closes."""
        if self.random.random() < 0.3:
            return self.random.randint(1, max(2, span // 2))
        end = start + self.random.randint(1, self.random.choice([span, span // 3]))
        worked = sum(b - a for a, b in Calendar(calendar).slices(start, end))
        return max(1, worked + self.random.choice([0, 0, 0, 1, -1]))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", help="write the cases to this file too")
    options.add_argument("command", nargs=argparse.REMAINDER)
    chosen = options.parse_args()
    maker = Maker(chosen.seed)
    cases = [maker.case() for _ in range(chosen.cases)]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as lines:
        lines.writelines(json.dumps(case, separators=(",", ":")) + "\n" for case in cases)
        lines.flush()
        if chosen.keep:
            with open(chosen.keep, "w", encoding="utf-8") as kept, open(lines.name, encoding="utf-8") as written:
                kept.write(written.read())
        run = subprocess.run(chosen.command + [lines.name], capture_output=True, text=True, check=False)
    answers = run.stdout.splitlines()
    wrong = abs(len(answers) - len(cases)) + (run.returncode != 0)
    if wrong:
        print(f"exit code {run.returncode}, {len(answers)} answers of {len(cases)}: {run.stderr}")
    seen = {"breached": 0, "beyond": 0}
    for number, (case, answer) in enumerate(zip(cases, answers), 1):
        expected, given = judge(case), json.loads(answer)
        seen["breached"] += expected["breached"]
        if expected["due_at"] == "beyond":
            seen["beyond"] += 1
            due = given.get("due_at")
            if due is None or instant(due) > instant(case["now"]) + HORIZON_S:
                expected["due_at"] = due
        if list(expected.items()) != list(given.items()):
            wrong += 1
            print(f"case {number} of seed {chosen.seed}\n  {json.dumps(case)}\n  expected {expected}\n  given    {given}")
    print(f"oracle: {len(cases)} cases, {seen['breached']} breached, {seen['beyond']} due beyond the horizon, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
