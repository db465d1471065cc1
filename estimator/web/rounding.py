"""
Whole dollars that add up in rows and in columns: controlled rounding of a table of cents.

Every entry, every row's sum, every column's sum and the sum of all go to the whole dollar just below or just above,
and what was whole stays so. Such a rounding always exists; it is found by shifting cents around cycles of cells
that are not yet whole. Source: L. H. Cox, "A constructive procedure for unbiased controlled rounding", Journal of the
American Statistical Association 82 (1987); here without chance: totals go to the nearest dollar wherever they can.
"""

from collections.abc import Iterator, Sequence

from estimator.money import divided

DOLLAR = 100

WHOLE_ABOVE = 1_000 * DOLLAR
"""Above this many cents, amounts are shown in whole dollars."""

FINE, COARSE, COARSEST = DOLLAR, 10 * DOLLAR, 50 * DOLLAR
"""To how many cents a headline is rounded: below $10, up to $1,000, above."""

Cell = tuple[int, int]
Grid = list[list[int]]


def whole_dollars(cents: int) -> int:
    """`cents` rounded to whole dollars, halves up."""
    return divided(cents, DOLLAR) * DOLLAR


def known(cents: int, down: bool = False, up: bool = False) -> int:
    """
    `cents` as exactly as an estimate knows them: to $10 up to $1,000, to $50 above, and to $1 below $10.

    To the nearest, halves up; or `down` or `up` to the next.
    """
    step = FINE if cents < COARSE else COARSE if cents <= WHOLE_ABOVE else COARSEST
    if up:
        return -(-cents // step) * step
    return (cents // step if down else divided(cents, step)) * step


def adding_up(table: Sequence[Sequence[int]]) -> list[list[int]]:
    """
    `table` (rows of cents, ≥ 0, at least one row and one column) in whole dollars that add up both ways.

    The total of the first column is rounded to the nearest dollar, halves up. The other totals, then the sums of rows,
    then the entries are, as far as that leaves room; in any case nothing moves by a whole dollar.
    """
    grid = _bordered(table)
    for start in _in_order(len(table), len(table[0])):
        while 0 < _at(grid, start) < DOLLAR:
            _shift(grid, _cycle(grid, start), up=_goes_up(grid, start))
    return [
        [cents // DOLLAR * DOLLAR + cell for cents, cell in zip(row, cells, strict=False)]
        for row, cells in zip(table, grid, strict=False)
    ]


def _bordered(table: Sequence[Sequence[int]]) -> Grid:
    """The cents above whole dollars; a last column and a last row fill every row and column up to whole dollars."""
    grid = [[cents % DOLLAR for cents in row] + [-sum(row) % DOLLAR] for row in table]
    return [*grid, [-sum(column) % DOLLAR for column in zip(*grid, strict=True)]]


def _in_order(rows: int, columns: int) -> Iterator[Cell]:
    """Every cell, the most important first: totals of columns, the sum of all, sums of rows, entries."""
    yield from ((rows, j) for j in range(columns + 1))
    yield from ((i, columns) for i in range(rows))
    yield from ((i, j) for i in range(rows) for j in range(columns))


def _at(grid: Grid, cell: Cell) -> int:
    return grid[cell[0]][cell[1]]


def _goes_up(grid: Grid, cell: Cell) -> bool:
    """Whether rounding to the nearest takes this cell up; what fills a sum goes down when the sum goes up."""
    filling = (cell[0] == len(grid) - 1) != (cell[1] == len(grid[0]) - 1)
    return _at(grid, cell) > DOLLAR // 2 if filling else _at(grid, cell) >= DOLLAR // 2


def _cycle(grid: Grid, start: Cell) -> list[Cell]:
    """
    Cells with odd cents, `start` first, each in the row or, in turn, in the column of the one before.

    There is such a cycle: every row and column adds up to whole dollars, so a cell with odd cents always has another
    one in its row and in its column, and whoever goes on from cell to cell comes back.
    """
    ways: list[list[Cell]] = [[start]]
    reached = {("row", start[0])}
    for way in ways:
        i, j = way[-1]
        # An odd number of cells leads along a row, an even one along a column.
        along_row = len(way) % 2 == 1
        line = [(i, k) for k in range(len(grid[0]))] if along_row else [(k, j) for k in range(len(grid))]
        for cell in line:
            if cell == start or cell in way or not 0 < _at(grid, cell) < DOLLAR:
                continue
            if along_row and cell[1] == start[1]:
                return [*way, cell]
            node = ("column", cell[1]) if along_row else ("row", cell[0])
            if node not in reached:
                reached.add(node)
                ways.append([*way, cell])
    raise AssertionError("a table whose rows and columns are whole has a cycle through each cell that is not")


def _shift(grid: Grid, cycle: Sequence[Cell], up: bool) -> None:
    """Move cents around the cycle until one more of its cells is whole; every row and column keeps its sum."""
    rising, falling = (cycle[::2], cycle[1::2]) if up else (cycle[1::2], cycle[::2])
    room = min(*(DOLLAR - _at(grid, cell) for cell in rising), *(_at(grid, cell) for cell in falling))
    for i, j in rising:
        grid[i][j] += room
    for i, j in falling:
        grid[i][j] -= room
