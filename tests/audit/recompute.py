"""Recomputes the roots of anchors from the events alone, by docs/evidence.md and nothing else.
    psql -X -A -t -f events.sql | python3 recompute.py anchors.jsonl      exit 1 when an anchor does not hold"""
import hashlib, json, sys
from datetime import datetime


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def field(value):
    return b"~;" if value is None else b"%d:%s;" % (len(str(value).encode()), str(value).encode())


def visible(xid, snapshot):
    xmin, xmax, running = snapshot.split(":")
    return xid < int(xmin) or (xid < int(xmax) and str(xid) not in running.split(","))


def root(level):
    while len(level) > 1:
        pairs = [sha(b"\1", *level[i:i + 2]) if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
        level = pairs
    return level[0] if level else sha()


if __name__ == "__main__":
    anchors = [json.loads(line) for line in open(sys.argv[1])]
    rows, chains, wrong = [json.loads(line) for line in sys.stdin], {}, 0
    for row in rows:
        subject = f"{row['kind']}:{row['id']}"
        before = chains.get(subject, bytes(32))
        row["subject"] = subject
        row["hash"] = chains[subject] = sha(row["body"].encode()) if row["kind"] == "calendar" else sha(
            before, field(subject), field(row["seq"]), *map(field, row["fields"]))
    for anchor in anchors:
        last = anchor["last_recorded"] and datetime.fromisoformat(anchor["last_recorded"].replace("Z", "+00:00")).timestamp()
        kinds, heads = ["ticket", "case", "calendar", "contract"], {}
        for row in rows:
            if row["id"] <= anchor.get("last_" + row["kind"], 0) and visible(row["xid"], anchor["boundary"]) and row.get("recorded", 0) <= (last or 0):
                heads[row["subject"]] = row
        trees = [[sha(b"\0", field(s), field(r["seq"]), r["hash"]) for s, r in heads.items() if r["kind"] == kind] for kind in kinds]
        found = (sha(b"\3", *map(root, trees)) if anchor.get("format") == 2 else root(sum(trees, []))).hex()
        wrong += found != anchor["root"]
        print(anchor["number"], anchor["day"], len(heads), "holds" if found == anchor["root"] else "DOES NOT HOLD")
    sys.exit(1 if wrong else 0)
