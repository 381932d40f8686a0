#!/usr/bin/env python3
"""Writes hall.json: a concert hall of 50,000 places that nobody has built.

Three floors around a stage, sections in the order in which people like to sit, rows that grow with their distance,
aisles through the wide ones, seats for wheelchairs at the front of some sections, five price tiers, and a standing
area before the stage. The same numbers come out every time; a test compares the committed file with the counts below.

Run in this folder: python3 make_hall.py
"""

import json

STANDING = 2_000
# Floor, first section number, sections, rows, seats of the first row, rows per additional seat, price in won by tier.
FLOORS = [
    (1, 101, 20, 28, 24, 2, [198_000, 187_000]),
    (2, 201, 28, 24, 21, 2, [165_000, 143_000]),
    (3, 301, 34, 14, 23, 3, [110_000, 99_000]),
]
# Seats that are left over go to the last section as its back rows.
TOTAL = 50_000
BACK_ROW = 40


def row_label(index):
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    return letters[index] if index < len(letters) else "A" + letters[index - len(letters)]


def row(section, index, count, price, accessible):
    label = row_label(index)
    prefix = f"{section}-{label}-"
    runs = []
    first = 1
    if accessible:
        # The first four seats of the row are kept for people who need them.
        runs.append({"prefix": prefix, "first": 1, "count": 4, "accessible": True})
        first = 5
    rest = count - (first - 1)
    if count >= 28:
        # An aisle in the middle of a wide row.
        left = rest // 2
        runs.append({"prefix": prefix, "first": first, "count": left})
        runs.append({"prefix": prefix, "first": first + left, "count": rest - left})
    else:
        runs.append({"prefix": prefix, "first": first, "count": rest})
    made = {"label": label}
    if price is not None:
        made["price"] = price
    made["runs"] = runs
    return made


def sections():
    seats = 0
    for floor, first, count, rows, start, grow, (front, back) in FLOORS:
        middle = (count - 1) / 2
        # From the middle outwards: the nearer to the axis, the better.
        order = sorted(range(count), key=lambda at: (abs(at - middle), at))
        for rank, at in enumerate(order):
            name = str(first + at)
            # Sections at the side are shorter.
            depth = rows - (2 if rank >= count - 4 else 0)
            made = []
            for index in range(depth):
                length = start + index // grow + (at % 3)
                price = back if index >= depth // 2 else None
                made.append(row(name, index, length, price, index == 0 and at % 4 == 0))
                seats += length
            yield {"id": name, "price": front, "rows": made}, seats
    yield None, seats


def main():
    made, seats = [], 0
    for section, so_far in sections():
        seats = so_far
        if section is not None:
            made.append(section)
    left = TOTAL - STANDING - seats
    assert left >= 0, f"{-left} seats too many"
    back = {"id": "399", "price": 77_000, "rows": []}
    index = 0
    while left > 0:
        length = min(BACK_ROW, left)
        back["rows"].append(row("399", index, length, None, False))
        left -= length
        index += 1
    if back["rows"]:
        made.append(back)
    made.append({"id": "STANDING", "price": 176_000, "capacity": STANDING})
    hall = {"name": "A night at the great hall", "currency": "KRW", "venue": "The great hall", "sections": made}
    with open("hall.json", "w", encoding="ascii") as out:
        out.write("{\n")
        for key in ("name", "currency", "venue"):
            out.write(f"{json.dumps(key)}: {json.dumps(hall[key])},\n")
        out.write('"sections": [\n')
        lines = [json.dumps(section, separators=(",", ":")) for section in made]
        out.write(",\n".join(lines))
        out.write("\n]\n}\n")
    print(f"{len(made)} sections, {TOTAL - STANDING} seats, {STANDING} standing")


if __name__ == "__main__":
    main()
