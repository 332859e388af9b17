-- What must hold in a history at any moment between two batches: every query returns no row. One text for SQLite 3.38
-- and PostgreSQL 15. SQLite ends a sum beyond 63 bits with an error: amounts are added up in halves of 10^9.
-- I10 and I11 are the journal's own (its audit); I17 compares with the journal's heads, in code.
-- name: I01 conservation: postings of every asset sum to zero
SELECT asset, (SUM(amount / 1000000000) * 1000000000 + SUM(amount % 1000000000)) FROM posting GROUP BY asset
    HAVING (SUM(amount / 1000000000) * 1000000000 + SUM(amount % 1000000000)) <> 0;
-- name: I02 a balance is the sum of its postings
SELECT account, asset, SUM(hi), SUM(lo), (SUM(p / 1000000000) * 1000000000 + SUM(p % 1000000000)) FROM (
  SELECT account, asset, total_hi AS hi, total_lo AS lo, 0 AS p FROM balance_sum UNION ALL SELECT account, asset, 0, 0, amount FROM posting
  UNION ALL SELECT account, asset, -in_hi - out_hi, -in_lo - out_lo, 0 FROM pruned_line) z
GROUP BY account, asset HAVING SUM(hi - p / 1000000000) * 1000000000 + SUM(lo - p % 1000000000) <> 0;
-- name: I41 the totals of a day are the sums of its lines
SELECT account, day, asset, kind, why, SUM(lines), SUM(in_hi), SUM(in_lo), SUM(out_hi), SUM(out_lo) FROM (
  SELECT account, day, asset, kind, CASE WHEN cause = 'trade' OR cause = 'fee' THEN cause ELSE 'other' END AS why, lines, in_hi, in_lo, out_hi, out_lo
  FROM day_total
  UNION ALL
  SELECT account, time / 86400000000000, asset, kind, CASE WHEN cause = 'trade' OR cause = 'fee' THEN cause ELSE 'other' END, -1,
    CASE WHEN amount > 0 THEN -(amount / 1000000000) ELSE 0 END, CASE WHEN amount > 0 THEN -(amount % 1000000000) ELSE 0 END,
    CASE WHEN amount < 0 THEN -(amount / 1000000000) ELSE 0 END, CASE WHEN amount < 0 THEN -(amount % 1000000000) ELSE 0 END
  FROM posting
  UNION ALL
  SELECT account, day, asset, kind, CASE WHEN cause = 'trade' OR cause = 'fee' THEN cause ELSE 'other' END, -lines, -in_hi, -in_lo, -out_hi, -out_lo
  FROM pruned_line) z
GROUP BY account, day, asset, kind, why HAVING SUM(lines) <> 0 OR SUM(in_hi) <> 0 OR SUM(in_lo) <> 0 OR SUM(out_hi) <> 0 OR SUM(out_lo) <> 0;
-- name: I03 reserved is the sum of open holds
SELECT account, asset, SUM(hi), SUM(lo), (SUM(h / 1000000000) * 1000000000 + SUM(h % 1000000000)) FROM (
  SELECT account, asset, reserved_hi AS hi, reserved_lo AS lo, 0 AS h FROM balance_sum
  UNION ALL SELECT account, asset, 0, 0, open_amount FROM hold WHERE asset IS NOT NULL) z
GROUP BY account, asset HAVING SUM(hi - h / 1000000000) * 1000000000 + SUM(lo - h % 1000000000) <> 0;
-- name: I04 a hold of the book is open exactly while its order is
SELECT h.account, h.number, COALESCE(o.state, 'no order') FROM hold h
LEFT JOIN ord o ON o.account = h.account AND o.number = h.number
WHERE (h.in_book = 1 AND (o.account IS NULL OR o.state <> 'open' OR o.symbol <> h.symbol OR h.open_amount < 0))
  OR (h.in_book = 0 AND o.account IS NOT NULL)
UNION ALL SELECT o.account, o.number, 'open order without hold' FROM ord o
LEFT JOIN hold h ON h.account = o.account AND h.number = o.number WHERE o.state = 'open' AND h.account IS NULL;
-- name: I05 a customer without a margin account is never overdrawn
SELECT b.account, b.asset, b.total_hi, b.total_lo, b.reserved_hi, b.reserved_lo
FROM balance_sum b LEFT JOIN margin_account m ON m.account = b.account AND m.asset <> ''
WHERE b.account >= 1000 AND CAST(b.total_hi - b.reserved_hi AS NUMERIC) * 1000000000 + (b.total_lo - b.reserved_lo) < 0 AND m.account IS NULL AND @settled = 1
  -- Orders that a split has adjusted hold new units before the account has them; their book stands still until it does.
  AND NOT EXISTS (SELECT 1 FROM ord o
    JOIN ord_adjusted a ON a.account = o.account AND a.number = o.number AND a.lots > 0
    JOIN book_phase p ON p.symbol = o.symbol AND p.phase IN ('halt', 'closed')
    JOIN instrument i ON i.symbol = o.symbol AND i.base = b.asset
    WHERE o.account = b.account AND o.state = 'open' AND o.side = 'S')
  -- A trade that is declared void takes back what may be gone: the account is frozen until that has come in again.
  AND CAST(b.total_hi - b.reserved_hi AS NUMERIC) * 1000000000 + (b.total_lo - b.reserved_lo)
    < COALESCE((SELECT (SUM(t.amount / 1000000000) * 1000000000 + SUM(t.amount % 1000000000)) FROM taken_back t WHERE t.account = b.account AND t.asset = b.asset), 0);
-- name: I06 a position is the sum of its fills that are not void
SELECT account, symbol, SUM(hi), SUM(lo), (SUM(f / 1000000000) * 1000000000 + SUM(f % 1000000000)) FROM (
  SELECT account, symbol, qty_hi AS hi, qty_lo AS lo, 0 AS f FROM position_sum
  UNION ALL SELECT buyer, symbol, 0, 0, qty FROM trade UNION ALL SELECT seller, symbol, 0, 0, -qty FROM trade
  UNION ALL SELECT buyer, symbol, -lots_hi, -lots_lo, 0 FROM pruned_trade UNION ALL SELECT seller, symbol, lots_hi, lots_lo, 0 FROM pruned_trade
  UNION ALL SELECT t.buyer, t.symbol, 0, 0, -t.qty FROM trade_change c
    JOIN trade t ON t.symbol = c.symbol AND t.seq = c.trade_seq AND t.idx = c.trade_idx WHERE c.px = 0
  UNION ALL SELECT t.seller, t.symbol, 0, 0, t.qty FROM trade_change c
    JOIN trade t ON t.symbol = c.symbol AND t.seq = c.trade_seq AND t.idx = c.trade_idx WHERE c.px = 0) z
GROUP BY account, symbol HAVING SUM(hi - f / 1000000000) * 1000000000 + SUM(lo - f % 1000000000) <> 0
  -- A trade that is pruned may be declared void later.
  AND NOT EXISTS (SELECT 1 FROM pruned p JOIN trade_change c ON c.symbol = z.symbol AND c.px = 0
    LEFT JOIN trade t ON t.symbol = c.symbol AND t.seq = c.trade_seq AND t.idx = c.trade_idx WHERE p.account = z.account AND t.symbol IS NULL);
-- name: I07 positions in a symbol sum to zero
SELECT symbol, SUM(qty_hi), SUM(qty_lo) FROM position_sum GROUP BY symbol HAVING SUM(qty_hi) * 1000000000 + SUM(qty_lo) <> 0;
-- name: I08 plain open orders of a book in continuous trading are neither crossed nor locked
WITH plain AS (
  SELECT o.symbol, o.side, o.px FROM ord o LEFT JOIN ord_terms t ON t.account = o.account AND t.number = o.number
  WHERE o.state = 'open' AND o.type = 'limit' AND o.tif = 'gtc' AND t.account IS NULL)
SELECT b.symbol, b.best, a.best FROM
  (SELECT symbol, MAX(px) AS best FROM plain WHERE side = 'B' GROUP BY symbol) b
  JOIN (SELECT symbol, MIN(px) AS best FROM plain WHERE side = 'S' GROUP BY symbol) a ON a.symbol = b.symbol
  LEFT JOIN book_phase p ON p.symbol = b.symbol
  WHERE b.best >= a.best AND COALESCE(p.phase, 'continuous') = 'continuous';
-- name: I09 order arithmetic: what is filled is the sum of its trades, and a closed order is fully accounted for
SELECT o.symbol, o.order_id, o.qty, o.filled, o.cancelled, o.state, COALESCE(t.f, 0) FROM ord o LEFT JOIN (
  SELECT symbol, order_id, SUM(qty) AS f FROM (
    SELECT symbol, maker_order AS order_id, qty FROM trade
    UNION ALL SELECT symbol, taker_order, qty FROM trade) z GROUP BY symbol, order_id) t
  ON t.symbol = o.symbol AND t.order_id = o.order_id
WHERE o.filled < COALESCE(t.f, 0) OR o.filled + o.cancelled > o.qty
  OR (o.state IN ('filled', 'cancelled', 'expired') AND o.filled + o.cancelled <> o.qty)
  OR (o.state = 'open' AND (o.filled = o.qty OR o.closed_at IS NOT NULL))
  OR (o.state <> 'open' AND o.closed_at IS NULL)
  -- Older trades of an order that was open for days may be pruned.
  OR (o.filled > COALESCE(t.f, 0) AND NOT EXISTS (SELECT 1 FROM pruned p WHERE p.account = o.account AND o.created_at < p.before));
-- name: I12 a trade has two customer postings in each of its two assets
SELECT t.symbol, t.seq, t.idx, COUNT(p.leg), COUNT(DISTINCT p.asset) FROM trade t
LEFT JOIN trade_line p ON p.symbol = t.symbol AND p.seq = t.seq AND p.idx = t.idx AND p.account >= 1000
  AND p.leg < 4
GROUP BY t.symbol, t.seq, t.idx HAVING COUNT(p.leg) <> 4 OR COUNT(DISTINCT p.asset) <> 2;
-- name: I13 every entry balances per asset, what is settled and what is pending each
SELECT stream, seq, idx, asset, kind, (SUM(amount / 1000000000) * 1000000000 + SUM(amount % 1000000000)) FROM posting GROUP BY stream, seq, idx, asset, kind
    HAVING (SUM(amount / 1000000000) * 1000000000 + SUM(amount % 1000000000)) <> 0;
-- name: I14 cash moved is price times quantity, units moved are the quantity, fees are those of the trade
SELECT t.symbol, t.seq, t.idx FROM trade t
JOIN instrument i ON i.symbol = t.symbol
  AND i.seq = (SELECT MAX(v.seq) FROM instrument v WHERE v.symbol = t.symbol AND v.seq <= t.seq)
LEFT JOIN trade_line p ON p.symbol = t.symbol AND p.seq = t.seq AND p.idx = t.idx
GROUP BY t.symbol, t.seq, t.idx, t.px, t.qty, t.maker_fee, t.taker_fee, i.tick_lot_value, i.lot_units
HAVING COALESCE(SUM(CASE WHEN p.leg = 0 AND p.account = t.buyer AND p.asset = i.quote THEN p.amount END), 0)
    <> -t.px * t.qty * i.tick_lot_value
  OR COALESCE(SUM(CASE WHEN p.leg = 3 AND p.account = t.buyer AND p.asset = i.base THEN p.amount END), 0)
    <> t.qty * i.lot_units
  OR COALESCE(SUM(CASE WHEN p.leg >= 4 AND p.account = 1 THEN p.amount END), 0) <> t.maker_fee + t.taker_fee;
-- name: I15 no trade and no posting ahead of its stream's cursor
SELECT 'trade', t.symbol, t.seq FROM trade t LEFT JOIN projector_cursor c ON c.stream = 'book/' || t.symbol
WHERE t.seq > COALESCE(c.seq, 0)
UNION ALL SELECT 'posting', p.stream, p.seq FROM posting p LEFT JOIN projector_cursor c ON c.stream = p.stream
WHERE p.seq > COALESCE(c.seq, 0);
-- name: I16 a trade is at a plain maker's price, never worse than a limit (0: none), and between two sides
WITH told AS (
  SELECT t.symbol, t.seq, t.idx, t.px, t.buyer, t.seller, t.taker_side, t.time, m.account AS maker, m.number AS maker_number, m.type AS maker_type,
    m.side AS maker_side, k.account AS taker, k.side AS side,
    COALESCE((SELECT a.px_before FROM ord_adjusted a WHERE a.account = m.account AND a.number = m.number AND a.seq > t.seq
      ORDER BY a.seq LIMIT 1), m.px) AS maker_px,
    COALESCE((SELECT a.px_before FROM ord_adjusted a WHERE a.account = k.account AND a.number = k.number AND a.seq > t.seq
      ORDER BY a.seq LIMIT 1), k.px) AS taker_px
  FROM trade t
  LEFT JOIN ord m ON m.symbol = t.symbol AND m.order_id = t.maker_order
  LEFT JOIN ord k ON k.symbol = t.symbol AND k.order_id = t.taker_order)
SELECT symbol, seq, idx FROM told
WHERE maker_side = side
  OR ((maker IS NULL OR taker IS NULL) AND NOT EXISTS (SELECT 1 FROM pruned p WHERE p.account IN (told.buyer, told.seller) AND told.time < p.before))
  OR (taker_side <> 'A' AND (side <> taker_side OR (maker_type = 'limit' AND px <> maker_px
    AND NOT EXISTS (SELECT 1 FROM ord_terms x WHERE x.account = maker AND x.number = maker_number))))
  OR (side = 'B' AND ((taker_px > 0 AND px > taker_px) OR px < maker_px OR taker <> buyer OR maker <> seller))
  OR (side = 'S' AND (px < taker_px OR (maker_px > 0 AND px > maker_px) OR taker <> seller OR maker <> buyer));
-- name: I18 no hold waits for its order beyond the sweeper's deadline
SELECT account, number, symbol, created_at FROM hold WHERE in_book = 0 AND created_at < @before;
-- name: I19 the pull index names both sides of every trade
SELECT t.symbol, t.seq, t.idx FROM trade t
LEFT JOIN account_event b ON b.stream = 'book/' || t.symbol AND b.account = t.buyer AND b.seq = t.seq
LEFT JOIN account_event s ON s.stream = 'book/' || t.symbol AND s.account = t.seller AND s.seq = t.seq
WHERE b.seq IS NULL OR s.seq IS NULL
UNION ALL SELECT t.symbol, c.seq, t.idx FROM trade_change c
JOIN trade t ON t.symbol = c.symbol AND t.seq = c.trade_seq AND t.idx = c.trade_idx
LEFT JOIN account_event b ON b.stream = 'book/' || t.symbol AND b.account = t.buyer AND b.seq = c.seq
LEFT JOIN account_event s ON s.stream = 'book/' || t.symbol AND s.account = t.seller AND s.seq = c.seq
WHERE b.seq IS NULL OR s.seq IS NULL;
-- name: I39 a trade that is void has moved nothing in the end, and one that was corrected what it is worth at its price
SELECT n.symbol, n.seq, n.idx, n.px, m.cash, m.units, m.fees FROM (
  SELECT t.symbol, t.seq, t.idx,
    SUM(CASE WHEN p.account = t.buyer AND p.asset = i.quote AND p.leg < 4 THEN p.amount ELSE 0 END) AS cash,
    SUM(CASE WHEN p.account = t.buyer AND p.asset = i.base AND p.leg < 4 THEN p.amount ELSE 0 END) AS units,
    SUM(CASE WHEN p.account = 1 AND p.leg >= 4 THEN p.amount ELSE 0 END) AS fees
  FROM (
    SELECT c.symbol, c.trade_seq, c.trade_idx, p.leg, p.account, p.asset, p.amount
    FROM (SELECT DISTINCT symbol, trade_seq, trade_idx FROM trade_change) c
    JOIN trade_line p ON p.symbol = c.symbol AND p.seq = c.trade_seq AND p.idx = c.trade_idx
    UNION ALL
    SELECT c.symbol, c.trade_seq, c.trade_idx, p.leg, p.account, p.asset, p.amount FROM trade_change c
    JOIN other_posting p ON p.stream = 'book/' || c.symbol AND p.seq = c.seq AND p.idx IN (0, 1)) p
  JOIN trade t ON t.symbol = p.symbol AND t.seq = p.trade_seq AND t.idx = p.trade_idx
  JOIN instrument i ON i.symbol = t.symbol AND i.seq = (SELECT MIN(v.seq) FROM instrument v WHERE v.symbol = t.symbol)
  GROUP BY t.symbol, t.seq, t.idx) m
JOIN trade_now n ON n.symbol = m.symbol AND n.seq = m.seq AND n.idx = m.idx
JOIN instrument i ON i.symbol = n.symbol AND i.seq = (SELECT MAX(v.seq) FROM instrument v WHERE v.symbol = n.symbol AND v.seq <= n.seq)
WHERE m.fees <> n.maker_fee + n.taker_fee OR (n.buyer <> n.seller AND (m.cash <> -n.px * n.qty * i.tick_lot_value
  OR m.units <> CASE WHEN n.px = 0 THEN 0 ELSE n.qty * i.lot_units END));
-- name: I40 a trade is changed once it is there, and a void one never again
SELECT c.symbol, c.seq, c.trade_seq, c.trade_idx FROM trade_change c
LEFT JOIN trade t ON t.symbol = c.symbol AND t.seq = c.trade_seq AND t.idx = c.trade_idx
LEFT JOIN trade_change n ON c.px = 0 AND n.symbol = c.symbol AND n.trade_seq = c.trade_seq AND n.trade_idx = c.trade_idx AND n.seq > c.seq
WHERE (t.symbol IS NULL AND NOT EXISTS (SELECT 1 FROM pruned)) OR t.seq >= c.seq OR n.symbol IS NOT NULL;
-- name: I20 no hold under a mass cancel's floor
SELECT h.account, h.number, h.symbol FROM hold h
JOIN book_floor f ON f.symbol = h.symbol AND f.account = h.account WHERE h.number <= f.floor;
-- name: I21 what is in transit is what left for another account and has not arrived, transfer by transfer
SELECT p.asset, p.cause, p.moved, t.amount FROM (
  SELECT asset, cause, (SUM(amount / 1000000000) * 1000000000 + SUM(amount % 1000000000)) AS moved FROM posting WHERE account = 7 GROUP BY asset, cause) p
LEFT JOIN transfer t ON p.cause = 'transfer x:' || t.account || ':' || t.seq AND p.asset = t.asset
WHERE (p.moved <> 0 AND (t.account IS NULL OR p.moved <> t.amount OR t.ended_at IS NOT NULL)) AND @settled = 1;
-- name: I22 what waits to be paid out is what was withdrawn and is neither paid nor refused, withdrawal by withdrawal
SELECT p.asset, p.cause, p.moved, w.amount FROM (
  SELECT asset, cause, (SUM(amount / 1000000000) * 1000000000 + SUM(amount % 1000000000)) AS moved FROM posting WHERE account = 6 GROUP BY asset, cause) p
LEFT JOIN withdrawal w ON p.cause = 'withdrawal ' || w.account || ':' || w.seq AND p.asset = w.asset
WHERE @settled = 1 AND (w.account IS NULL OR p.moved <> w.amount * w.is_open);
-- name: I23 a payout is of one withdrawal, with its asset and its amount, and is open exactly while that is
SELECT p.account, p.seq, p.asset, p.amount, p.state, w.asset, w.amount FROM payout p
LEFT JOIN withdrawal w ON w.account = p.account AND w.seq = p.seq
WHERE @settled = 1 AND (w.account IS NULL OR w.asset <> p.asset OR w.amount <> p.amount
  OR w.is_open <> CASE WHEN p.state = 'sent' THEN 1 ELSE 0 END);
-- name: I24 an account is in the state that its last change says
SELECT s.account, s.state, c.what FROM account_state s LEFT JOIN account_change c ON c.account = s.account
  AND c.seq = (SELECT MAX(seq) FROM account_change l WHERE l.account = s.account AND l.what IN ('open', 'frozen', 'killed')) WHERE c.what IS NULL OR c.what <> s.state;
-- name: I26 the insurance fund is never below zero
SELECT asset, total_high, total FROM balance WHERE account = 3 AND (total < 0 OR total_high < 0) AND @settled = 1;
-- name: I25 rebates are paid out of fees: the fee pot is never below zero, but by what changed trades took out of it
SELECT b.asset, b.total_hi, b.total_lo FROM balance_sum b WHERE b.account = 1 AND (b.total_hi < 0 OR b.total_lo < 0)
  AND CAST(b.total_hi AS NUMERIC) * 1000000000 + b.total_lo
    < COALESCE((SELECT (SUM(t.amount / 1000000000) * 1000000000 + SUM(t.amount % 1000000000)) FROM taken_back t WHERE t.account = 1 AND t.asset = b.asset), 0);
-- name: I27 what is pending of a balance is the sum of its pending postings
SELECT account, asset, SUM(hi), SUM(lo), (SUM(p / 1000000000) * 1000000000 + SUM(p % 1000000000)) FROM (
  SELECT account, asset, pending_hi AS hi, pending_lo AS lo, 0 AS p FROM balance_sum UNION ALL SELECT account, asset, 0, 0, amount FROM posting WHERE kind = 'P'
  UNION ALL SELECT account, asset, -in_hi - out_hi, -in_lo - out_lo, 0 FROM pruned_line WHERE kind = 'P') z
GROUP BY account, asset HAVING SUM(hi - p / 1000000000) * 1000000000 + SUM(lo - p % 1000000000) <> 0;
-- name: I28 clearing has nothing, settled and pending together, after every batch
SELECT stream, seq, asset, (SUM(amount / 1000000000) * 1000000000 + SUM(amount % 1000000000)) FROM posting WHERE account = 2 GROUP BY stream, seq, asset
    HAVING (SUM(amount / 1000000000) * 1000000000 + SUM(amount % 1000000000)) <> 0;
-- name: I29 a customer without a margin account has given nothing at settlement that was not there
SELECT b.account, b.asset, b.total_hi, b.total_lo, b.pending_hi, b.pending_lo
FROM balance_sum b LEFT JOIN margin_account m ON m.account = b.account AND m.asset <> ''
WHERE b.account >= 1000 AND CAST(b.total_hi - b.pending_hi AS NUMERIC) * 1000000000 + (b.total_lo - b.pending_lo) < 0 AND m.account IS NULL AND @settled = 1
  AND CAST(b.total_hi - b.pending_hi AS NUMERIC) * 1000000000 + (b.total_lo - b.pending_lo)
    < COALESCE((SELECT (SUM(t.amount / 1000000000) * 1000000000 + SUM(t.amount % 1000000000)) FROM taken_back t WHERE t.account = b.account AND t.asset = b.asset), 0);
-- name: I30 an account's part of a corporate action is what its record moved, pending until it was paid
SELECT c.action, c.account, c.amount, c.moved, c.pending, c.paid FROM (
  SELECT c.action, c.account, c.amount, c.pay_day, CASE WHEN c.paid_at IS NULL THEN 0 ELSE 1 END AS paid,
    COALESCE((SELECT (SUM(p.amount / 1000000000) * 1000000000 + SUM(p.amount % 1000000000)) FROM other_posting p WHERE p.account = c.account
      AND p.cause IN ('dividend ' || c.action, 'split ' || c.action, 'symbol-change ' || c.action) AND p.asset = c.asset), 0) AS moved,
    COALESCE((SELECT (SUM(p.amount / 1000000000) * 1000000000 + SUM(p.amount % 1000000000)) FROM other_posting p WHERE p.account = c.account
      AND p.cause IN ('dividend ' || c.action, 'split ' || c.action, 'symbol-change ' || c.action) AND p.asset = c.asset AND p.kind = 'P'), 0) AS pending
  FROM corporate_part c) c
WHERE c.moved <> c.amount OR c.pending <> CASE WHEN c.paid = 1 THEN 0 ELSE c.amount END;
-- name: I34 a prevented match is of two orders of its book, and one that expired by it was cancelled by what it lost
SELECT p.symbol, p.seq, p.idx FROM prevented_match p
LEFT JOIN ord t ON t.symbol = p.symbol AND t.order_id = p.taker_order LEFT JOIN ord m ON m.symbol = p.symbol AND m.order_id = p.maker_order
WHERE t.account IS NULL OR m.account IS NULL OR t.account <> p.taker OR t.number <> p.taker_number
  OR m.account <> p.maker OR m.number <> p.maker_number OR t.side = m.side
  OR (p.mode IN (1, 3) AND (COALESCE(t.reason, '') <> 'SelfTrade' OR t.cancelled <> p.taker_qty))
  OR (p.mode IN (2, 3) AND (COALESCE(m.reason, '') <> 'SelfTrade' OR m.cancelled <> p.maker_qty))
  OR (p.mode = 4 AND (p.taker_qty <> p.qty OR p.maker_qty <> p.qty));
-- name: I31 what rounding leaves of a corporate action is not negative, and less than a minor unit for each account that had a part
SELECT r.action, r.amount, COUNT(c.account) FROM corporate_part r LEFT JOIN corporate_part c ON c.action = r.action AND c.account >= 1000
WHERE r.account = 5 GROUP BY r.action, r.amount HAVING r.amount < 0 OR r.amount >= COUNT(c.account);
-- name: I32 holders have what issuers paid: of each asset the world's side of corporate actions is theirs and rounding's together
SELECT asset, (SUM(amount / 1000000000) * 1000000000 + SUM(amount % 1000000000)) FROM (
  SELECT asset, amount FROM posting WHERE account = 0 AND cause LIKE 'dividend %'
  UNION ALL SELECT asset, amount FROM corporate_part WHERE numerator = 0 AND unit_change = 0
    AND asset IN (SELECT asset FROM posting WHERE account = 0 AND cause LIKE 'dividend %')) z
GROUP BY asset HAVING (SUM(amount / 1000000000) * 1000000000 + SUM(amount % 1000000000)) <> 0;
-- name: I33 a split or a symbol change moves the units that its records say, and leaves nobody less than nothing
SELECT c.action, c.account, c.units, c.unit_change, c.moved FROM (
  SELECT c.action, c.account, c.units, c.unit_change,
    COALESCE((SELECT (SUM(p.amount / 1000000000) * 1000000000 + SUM(p.amount % 1000000000)) FROM other_posting p WHERE p.account = c.account
      AND p.cause IN ('split ' || c.action, 'symbol-change ' || c.action) AND p.asset = c.unit_asset), 0) AS moved
  FROM corporate_part c) c
WHERE c.moved <> c.unit_change OR (c.unit_change <> 0 AND c.units + c.unit_change < 0);
-- name: I38 an account has paid its share of a deficit once, and to the house, and all shares together are at most what the house paid of it
SELECT s.cause, s.payers, s.lines, s.paid, COALESCE(h.paid, 0) FROM (
  SELECT cause, COUNT(DISTINCT account) AS payers, COUNT(*) AS lines, -(SUM(amount / 1000000000) * 1000000000 + SUM(amount % 1000000000)) AS paid FROM other_posting
  WHERE account >= 1000 AND cause LIKE 'deficit %' GROUP BY cause) s
LEFT JOIN (SELECT cause, -(SUM(amount / 1000000000) * 1000000000 + SUM(amount % 1000000000)) AS paid FROM posting WHERE account = 8 AND cause LIKE 'liquidation %' GROUP BY cause) h
  ON SUBSTR(h.cause, 13) = SUBSTR(s.cause, 9)
WHERE s.payers <> s.lines OR (@settled = 1 AND s.paid > COALESCE(h.paid, 0));
-- name: I37 corporate actions lower an order's price and take no lots, each begins where the one before it ended, and the last price is the order's, but where its trigger or its entry from a list gave it another
SELECT a.account, a.number, a.seq FROM ord_adjusted a
JOIN ord o ON o.account = a.account AND o.number = a.number
WHERE a.px > a.px_before OR a.lots < 0 OR a.px <> COALESCE((SELECT n.px_before FROM ord_adjusted n
  WHERE n.account = a.account AND n.number = a.number AND n.seq > a.seq ORDER BY n.seq LIMIT 1),
  CASE WHEN EXISTS (SELECT 1 FROM ord_terms t WHERE t.account = o.account AND t.number = o.number AND t.name IN ('triggeredAt', 'activatedAt')) THEN a.px ELSE o.px END);
-- name: I35 clearing keeps, or has paid, the cash of what fails, and nothing else
SELECT asset, (SUM(settled / 1000000000) * 1000000000 + SUM(settled % 1000000000)), (SUM(owed / 1000000000) * 1000000000 + SUM(owed % 1000000000)) FROM (
  SELECT asset, amount AS settled, 0 AS owed FROM posting WHERE account = 2 AND kind = 'S'
  UNION ALL SELECT f.quote, 0, f.cash_left FROM settlement_fail f
  WHERE f.seq = (SELECT MAX(n.seq) FROM settlement_fail n WHERE n.stream = f.stream)
    AND f.quote IN (SELECT asset FROM posting WHERE account = 2 AND kind = 'S')) z
GROUP BY asset HAVING SUM(settled / 1000000000 - owed / 1000000000) * 1000000000 + SUM(settled % 1000000000 - owed % 1000000000) <> 0;
-- name: I36 what fails to be delivered of a symbol fails to be received, and nothing more of anything fails than was due
SELECT stream, seq, symbol, (SUM(units_left / 1000000000) * 1000000000 + SUM(units_left % 1000000000)) FROM settlement_fail GROUP BY stream, seq, symbol
    HAVING (SUM(units_left / 1000000000) * 1000000000 + SUM(units_left % 1000000000)) <> 0
UNION ALL
SELECT stream, seq, symbol, units_left FROM settlement_fail WHERE account > 0 AND (ABS(units_left) > ABS(units) OR ABS(cash_left) > ABS(cash)
  OR (units_left <> 0 AND (units_left > 0) <> (units > 0)) OR (units_left = 0 AND units <> 0));
-- name: I42 of a stream each block of an account's records leads to the one before it, and the last one is known
SELECT account, stream_id, batch, batch_before FROM (
  SELECT account, stream_id, batch, batch_before, LAG(batch, 1, 0) OVER (PARTITION BY account, stream_id ORDER BY batch) AS before FROM event_block) b
WHERE batch_before <> before
UNION ALL
SELECT b.account, b.stream_id, b.batch, l.batch FROM (SELECT account, stream_id, MAX(batch) AS batch FROM event_block GROUP BY account, stream_id) b
LEFT JOIN event_last l ON l.account = b.account AND l.stream_id = b.stream_id WHERE l.batch IS NULL OR l.batch <> b.batch
UNION ALL
SELECT l.account, l.stream_id, l.batch, l.seq FROM event_last l
LEFT JOIN event_block b ON b.account = l.account AND b.stream_id = l.stream_id AND b.batch = l.batch
WHERE b.batch IS NULL OR ',' || b.seqs NOT LIKE '%,' || l.seq
UNION ALL SELECT account, stream_id, batch, first_seq FROM event_block WHERE seqs || ',' NOT LIKE first_seq || ',%';
