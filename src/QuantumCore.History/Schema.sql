-- One text for SQLite 3.38 and PostgreSQL 15. Prices are ticks, quantities lots, amounts minor units, times Unix
-- nanoseconds. The only tokens are the clause by which SQLite keeps a table in its key's order, how a view is made, and the rows of a list of numbers.
-- The column of batches has another name whenever the tables change: a silo of an older release fails on it, and tables without it are made again.
-- A column and its _high hold a total of more than 63 bits: the value is _high times 10^18 plus the column, both of one sign.
CREATE TABLE IF NOT EXISTS projection (one BIGINT PRIMARY KEY, batch_number BIGINT NOT NULL);
INSERT INTO projection (one, batch_number) VALUES (1, 0) ON CONFLICT (one) DO NOTHING;
CREATE TABLE IF NOT EXISTS projector_cursor (stream TEXT PRIMARY KEY, seq BIGINT NOT NULL) {BY_KEY};
CREATE TABLE IF NOT EXISTS asset (asset TEXT PRIMARY KEY, decimals BIGINT NOT NULL) {BY_KEY};
CREATE TABLE IF NOT EXISTS instrument (
  symbol TEXT NOT NULL, seq BIGINT NOT NULL, base TEXT NOT NULL, base_decimals BIGINT NOT NULL, quote TEXT NOT NULL,
  quote_decimals BIGINT NOT NULL, price_decimals BIGINT NOT NULL, tick_size BIGINT NOT NULL,
  quantity_decimals BIGINT NOT NULL, lot_size BIGINT NOT NULL, tick_lot_value BIGINT NOT NULL,
  lot_units BIGINT NOT NULL, time BIGINT NOT NULL, settlement_days BIGINT NOT NULL, PRIMARY KEY (symbol, seq)) {BY_KEY};
CREATE TABLE IF NOT EXISTS ord (
  account BIGINT NOT NULL, number BIGINT NOT NULL, symbol TEXT NOT NULL, order_id BIGINT, client_order_id TEXT,
  side TEXT, type TEXT, tif TEXT, px BIGINT, qty BIGINT NOT NULL, filled BIGINT NOT NULL, cancelled BIGINT NOT NULL,
  state TEXT NOT NULL, reason TEXT, replaces BIGINT, created_at BIGINT NOT NULL, closed_at BIGINT,
  value BIGINT NOT NULL, changed_at BIGINT NOT NULL, post_only BIGINT NOT NULL,
  PRIMARY KEY (account, number)) {BY_KEY};
CREATE TABLE IF NOT EXISTS ord_terms (
  account BIGINT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, value BIGINT NOT NULL,
  PRIMARY KEY (account, number, name)) {BY_KEY};
CREATE TABLE IF NOT EXISTS ord_list (
  account BIGINT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (account, number)) {BY_KEY};
CREATE UNIQUE INDEX IF NOT EXISTS ord_list_name ON ord_list (account, name);
CREATE TABLE IF NOT EXISTS ord_adjusted (
  account BIGINT NOT NULL, number BIGINT NOT NULL, seq BIGINT NOT NULL, px_before BIGINT NOT NULL, px BIGINT NOT NULL,
  lots BIGINT NOT NULL, PRIMARY KEY (account, number, seq)) {BY_KEY};
CREATE TABLE IF NOT EXISTS book_phase (symbol TEXT NOT NULL, phase TEXT NOT NULL, PRIMARY KEY (symbol)) {BY_KEY};
CREATE UNIQUE INDEX IF NOT EXISTS ord_public ON ord (symbol, order_id);
CREATE TABLE IF NOT EXISTS hold (
  account BIGINT NOT NULL, number BIGINT NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL, asset TEXT,
  open_amount BIGINT NOT NULL, in_book BIGINT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (account, number)) {BY_KEY};
CREATE INDEX IF NOT EXISTS hold_orphan ON hold (created_at) WHERE in_book = 0;
CREATE TABLE IF NOT EXISTS book_floor (
  symbol TEXT NOT NULL, account BIGINT NOT NULL, floor BIGINT NOT NULL, PRIMARY KEY (symbol, account)) {BY_KEY};
CREATE TABLE IF NOT EXISTS balance (
  account BIGINT NOT NULL, asset TEXT NOT NULL, total BIGINT NOT NULL, total_high BIGINT NOT NULL, reserved BIGINT NOT NULL,
  reserved_high BIGINT NOT NULL, pending BIGINT NOT NULL, pending_high BIGINT NOT NULL, PRIMARY KEY (account, asset)) {BY_KEY};
CREATE TABLE IF NOT EXISTS position (
  account BIGINT NOT NULL, symbol TEXT NOT NULL, qty BIGINT NOT NULL, qty_high BIGINT NOT NULL, PRIMARY KEY (account, symbol)) {BY_KEY};
-- The lines of every entry but those of trades, which are in the trade's row.
CREATE TABLE IF NOT EXISTS other_posting (
  stream TEXT NOT NULL, seq BIGINT NOT NULL, idx BIGINT NOT NULL, leg BIGINT NOT NULL, account BIGINT NOT NULL,
  kind TEXT NOT NULL, asset TEXT NOT NULL, amount BIGINT NOT NULL, cause TEXT NOT NULL, time BIGINT NOT NULL,
  PRIMARY KEY (stream, seq, idx, leg)) {BY_KEY};
-- The sums of an account's lines by day, of the cause its first word; (hi, lo) is hi times 10^9 plus lo, out is negative.
CREATE TABLE IF NOT EXISTS day_total (
  account BIGINT NOT NULL, day BIGINT NOT NULL, asset TEXT NOT NULL, cause TEXT NOT NULL, kind TEXT NOT NULL,
  lines BIGINT NOT NULL, in_hi BIGINT NOT NULL, in_lo BIGINT NOT NULL, out_hi BIGINT NOT NULL, out_lo BIGINT NOT NULL,
  PRIMARY KEY (account, day, asset, cause, kind)) {BY_KEY};
-- What a demo has deleted: of an account of it rows from before a time may be missing. The sums of missing lines, and of missing trades.
CREATE TABLE IF NOT EXISTS pruned (account BIGINT PRIMARY KEY, before BIGINT NOT NULL) {BY_KEY};
CREATE TABLE IF NOT EXISTS pruned_line (
  account BIGINT NOT NULL, day BIGINT NOT NULL, asset TEXT NOT NULL, cause TEXT NOT NULL, kind TEXT NOT NULL,
  lines BIGINT NOT NULL, in_hi BIGINT NOT NULL, in_lo BIGINT NOT NULL, out_hi BIGINT NOT NULL, out_lo BIGINT NOT NULL,
  PRIMARY KEY (account, day, asset, cause, kind)) {BY_KEY};
CREATE TABLE IF NOT EXISTS pruned_trade (
  day BIGINT NOT NULL, symbol TEXT NOT NULL, buyer BIGINT NOT NULL, seller BIGINT NOT NULL, trades BIGINT NOT NULL,
  lots_hi BIGINT NOT NULL, lots_lo BIGINT NOT NULL, maker_hi BIGINT NOT NULL, maker_lo BIGINT NOT NULL,
  taker_hi BIGINT NOT NULL, taker_lo BIGINT NOT NULL, PRIMARY KEY (day, symbol, buyer, seller)) {BY_KEY};
CREATE TABLE IF NOT EXISTS trade (
  symbol TEXT NOT NULL, seq BIGINT NOT NULL, idx BIGINT NOT NULL, px BIGINT NOT NULL, qty BIGINT NOT NULL,
  maker_order BIGINT NOT NULL, taker_order BIGINT NOT NULL, buyer BIGINT NOT NULL, seller BIGINT NOT NULL,
  taker_side TEXT NOT NULL, maker_fee BIGINT NOT NULL, taker_fee BIGINT NOT NULL, time BIGINT NOT NULL,
  kind TEXT NOT NULL, base TEXT NOT NULL, quote TEXT NOT NULL, units BIGINT NOT NULL, cash BIGINT NOT NULL,
  PRIMARY KEY (symbol, seq, idx)) {BY_KEY};
-- The legs that a trade's row has: four sides, and two for each side's fee unless that is zero.
CREATE TABLE IF NOT EXISTS trade_leg (leg BIGINT PRIMARY KEY) {BY_KEY};
INSERT INTO trade_leg (leg) VALUES (0), (1), (2), (3), (4), (5), (6), (7) ON CONFLICT (leg) DO NOTHING;
CREATE INDEX IF NOT EXISTS trade_buyer ON trade (buyer, time);
CREATE INDEX IF NOT EXISTS trade_seller ON trade (seller, time);
-- What became of a trade from a record on: its price, 0 where it is void, and its fees, and by how much they changed.
CREATE TABLE IF NOT EXISTS trade_change (
  symbol TEXT NOT NULL, seq BIGINT NOT NULL, trade_seq BIGINT NOT NULL, trade_idx BIGINT NOT NULL, px BIGINT NOT NULL,
  maker_fee BIGINT NOT NULL, taker_fee BIGINT NOT NULL, maker_fee_change BIGINT NOT NULL, taker_fee_change BIGINT NOT NULL,
  time BIGINT NOT NULL, PRIMARY KEY (symbol, trade_seq, trade_idx, seq)) {BY_KEY};
CREATE TABLE IF NOT EXISTS prevented_match (
  symbol TEXT NOT NULL, seq BIGINT NOT NULL, idx BIGINT NOT NULL, px BIGINT NOT NULL, qty BIGINT NOT NULL, mode BIGINT NOT NULL,
  owner BIGINT NOT NULL, taker BIGINT NOT NULL, taker_number BIGINT NOT NULL, taker_order BIGINT NOT NULL, taker_qty BIGINT NOT NULL,
  maker BIGINT NOT NULL, maker_number BIGINT NOT NULL, maker_order BIGINT NOT NULL, maker_qty BIGINT NOT NULL, time BIGINT NOT NULL,
  PRIMARY KEY (symbol, seq, idx)) {BY_KEY};
CREATE INDEX IF NOT EXISTS prevented_taker ON prevented_match (taker, taker_number);
CREATE INDEX IF NOT EXISTS prevented_maker ON prevented_match (maker, maker_number);
CREATE INDEX IF NOT EXISTS prevented_taker_time ON prevented_match (taker, time);
CREATE INDEX IF NOT EXISTS prevented_maker_time ON prevented_match (maker, time);
-- The records of a stream that concern an account, of one batch: their sequences, separated by commas. The blocks of an
-- account are beside each other, and each names the batch of the one before it of its stream (0: none).
CREATE TABLE IF NOT EXISTS event_stream (id BIGINT PRIMARY KEY, stream TEXT NOT NULL) {BY_KEY};
CREATE UNIQUE INDEX IF NOT EXISTS event_stream_name ON event_stream (stream);
CREATE TABLE IF NOT EXISTS event_block (
  account BIGINT NOT NULL, batch BIGINT NOT NULL, stream_id BIGINT NOT NULL, first_seq BIGINT NOT NULL,
  batch_before BIGINT NOT NULL, seqs TEXT NOT NULL, PRIMARY KEY (account, batch, stream_id)) {BY_KEY};
CREATE TABLE IF NOT EXISTS event_last (
  account BIGINT NOT NULL, stream_id BIGINT NOT NULL, seq BIGINT NOT NULL, batch BIGINT NOT NULL,
  PRIMARY KEY (account, stream_id)) {BY_KEY};
CREATE TABLE IF NOT EXISTS transfer (
  account BIGINT NOT NULL, seq BIGINT NOT NULL, name TEXT NOT NULL, target BIGINT NOT NULL, asset TEXT NOT NULL,
  amount BIGINT NOT NULL, created_at BIGINT NOT NULL, ended_at BIGINT, PRIMARY KEY (account, seq)) {BY_KEY};
CREATE INDEX IF NOT EXISTS transfer_open ON transfer (created_at) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS transfer_target ON transfer (target, created_at);
CREATE TABLE IF NOT EXISTS withdrawal (
  account BIGINT NOT NULL, seq BIGINT NOT NULL, name TEXT NOT NULL, asset TEXT NOT NULL, amount BIGINT NOT NULL,
  destination TEXT NOT NULL, created_at BIGINT NOT NULL, is_open BIGINT NOT NULL, PRIMARY KEY (account, seq)) {BY_KEY};
CREATE INDEX IF NOT EXISTS withdrawal_open ON withdrawal (created_at) WHERE is_open = 1;
CREATE TABLE IF NOT EXISTS payout (
  account BIGINT NOT NULL, seq BIGINT NOT NULL, asset TEXT NOT NULL, amount BIGINT NOT NULL, batch BIGINT NOT NULL,
  state TEXT NOT NULL, reason TEXT, changed_at BIGINT NOT NULL, PRIMARY KEY (account, seq)) {BY_KEY};
-- So many new units for so many old ones: prices and quantities of records before it are of old ones.
CREATE TABLE IF NOT EXISTS book_split (
  symbol TEXT NOT NULL, seq BIGINT NOT NULL, new_units BIGINT NOT NULL, old_units BIGINT NOT NULL, time BIGINT NOT NULL,
  PRIMARY KEY (symbol, seq)) {BY_KEY};
-- The minute of a split may have two, each in its units: those of the symbol's last split before it, 0 for none.
CREATE TABLE IF NOT EXISTS candle (
  symbol TEXT NOT NULL, minute BIGINT NOT NULL, split BIGINT NOT NULL, open BIGINT NOT NULL, high BIGINT NOT NULL, low BIGINT NOT NULL,
  close BIGINT NOT NULL, lots BIGINT NOT NULL, lots_high BIGINT NOT NULL, value BIGINT NOT NULL, value_high BIGINT NOT NULL,
  trades BIGINT NOT NULL, bought_lots BIGINT NOT NULL, bought_lots_high BIGINT NOT NULL, bought_value BIGINT NOT NULL,
  bought_value_high BIGINT NOT NULL, first_seq BIGINT NOT NULL, first_idx BIGINT NOT NULL, last_seq BIGINT NOT NULL, last_idx BIGINT NOT NULL, PRIMARY KEY (symbol, minute, split)) {BY_KEY};
-- A past that never was, which a demo's charts begin with: of no journal, no order and no money. Its trades have sequence 0.
CREATE TABLE IF NOT EXISTS backfilled_candle (
  symbol TEXT NOT NULL, minute BIGINT NOT NULL, open BIGINT NOT NULL, high BIGINT NOT NULL, low BIGINT NOT NULL,
  close BIGINT NOT NULL, lots BIGINT NOT NULL, value BIGINT NOT NULL, trades BIGINT NOT NULL,
  bought_lots BIGINT NOT NULL, bought_value BIGINT NOT NULL, PRIMARY KEY (symbol, minute)) {BY_KEY};
CREATE TABLE IF NOT EXISTS backfilled_trade (
  symbol TEXT NOT NULL, seq BIGINT NOT NULL, idx BIGINT NOT NULL, px BIGINT NOT NULL, qty BIGINT NOT NULL,
  taker_side TEXT NOT NULL, time BIGINT NOT NULL, PRIMARY KEY (symbol, seq, idx)) {BY_KEY};
CREATE TABLE IF NOT EXISTS account_state (
  account BIGINT NOT NULL, state TEXT NOT NULL, floor BIGINT NOT NULL, PRIMARY KEY (account)) {BY_KEY};
CREATE TABLE IF NOT EXISTS margin_account (
  account BIGINT NOT NULL, asset TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (account)) {BY_KEY};
CREATE TABLE IF NOT EXISTS account_change (
  account BIGINT NOT NULL, seq BIGINT NOT NULL, what TEXT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, time BIGINT NOT NULL,
  PRIMARY KEY (account, seq)) {BY_KEY};
CREATE TABLE IF NOT EXISTS corporate_part (
  action TEXT NOT NULL, account BIGINT NOT NULL, seq BIGINT NOT NULL, unit_asset TEXT NOT NULL, units BIGINT NOT NULL,
  asset TEXT NOT NULL, amount BIGINT NOT NULL, pay_day BIGINT NOT NULL, paid_at BIGINT, time BIGINT NOT NULL,
  unit_change BIGINT NOT NULL, numerator BIGINT NOT NULL, denominator BIGINT NOT NULL, rate BIGINT NOT NULL,
  PRIMARY KEY (action, account)) {BY_KEY};
-- All that fails at a venue from a record on, until the next one of it; one line of account 0 where nothing does.
CREATE TABLE IF NOT EXISTS settlement_fail (
  stream TEXT NOT NULL, seq BIGINT NOT NULL, idx BIGINT NOT NULL, account BIGINT NOT NULL, symbol TEXT NOT NULL, base TEXT NOT NULL,
  quote TEXT NOT NULL, since BIGINT NOT NULL, units BIGINT NOT NULL, cash BIGINT NOT NULL, units_left BIGINT NOT NULL,
  cash_left BIGINT NOT NULL, time BIGINT NOT NULL, PRIMARY KEY (stream, seq, idx)) {BY_KEY};
CREATE INDEX IF NOT EXISTS posting_other ON other_posting (account, time);
-- The lines of trades. The buyer's fee comes before the seller's. Where there is no taker, the buyer is in its columns.
{VIEW} trade_line AS
  SELECT t.symbol, t.seq, t.idx,
    CASE WHEN l.leg > 5 AND CASE t.taker_side WHEN 'S' THEN t.maker_fee ELSE t.taker_fee END = 0 THEN l.leg - 2 ELSE l.leg END AS leg,
    CASE l.leg WHEN 1 THEN t.seller WHEN 2 THEN t.seller WHEN 5 THEN 1 WHEN 6 THEN t.seller WHEN 7 THEN 1 ELSE t.buyer END AS account,
    t.kind, CASE l.leg WHEN 2 THEN t.base WHEN 3 THEN t.base ELSE t.quote END AS asset,
    CASE l.leg WHEN 0 THEN -t.cash WHEN 1 THEN t.cash WHEN 2 THEN -t.units WHEN 3 THEN t.units
      WHEN 4 THEN -CASE t.taker_side WHEN 'S' THEN t.maker_fee ELSE t.taker_fee END
      WHEN 5 THEN CASE t.taker_side WHEN 'S' THEN t.maker_fee ELSE t.taker_fee END
      WHEN 6 THEN -CASE t.taker_side WHEN 'S' THEN t.taker_fee ELSE t.maker_fee END
      ELSE CASE t.taker_side WHEN 'S' THEN t.taker_fee ELSE t.maker_fee END END AS amount,
    CASE WHEN l.leg < 4 THEN 'trade' ELSE 'fee' END AS cause, t.time
  FROM trade t JOIN trade_leg l ON l.leg < 4
    OR CASE WHEN (t.taker_side = 'S') = (l.leg < 6) THEN t.maker_fee ELSE t.taker_fee END <> 0;
{VIEW} posting AS
  SELECT stream, seq, idx, leg, account, kind, asset, amount, cause, time FROM other_posting
  UNION ALL SELECT 'book/' || symbol, seq, idx, leg, account, kind, asset, amount, cause, time FROM trade_line;
{VIEW} account_event AS
  SELECT s.stream, b.account, CAST(e.value AS BIGINT) AS seq
  FROM event_block b JOIN event_stream s ON s.id = b.stream_id CROSS JOIN {SEQS} e;
{VIEW} ledger_line AS
  SELECT p.account, p.time, p.stream, p.seq, p.idx, p.leg, p.cause, p.kind, p.asset, a.decimals, p.amount
  FROM posting p JOIN asset a ON a.asset = p.asset;
-- Balances and positions as they can be added up, since sums of more than 63 bits would overflow in SQLite: (hi, lo) is hi times 10^9 plus lo.
{VIEW} balance_sum AS
  SELECT account, asset, total_high * 1000000000 + total / 1000000000 AS total_hi, total % 1000000000 AS total_lo,
    reserved_high * 1000000000 + reserved / 1000000000 AS reserved_hi, reserved % 1000000000 AS reserved_lo,
    pending_high * 1000000000 + pending / 1000000000 AS pending_hi, pending % 1000000000 AS pending_lo
  FROM balance;
{VIEW} position_sum AS
  SELECT account, symbol, qty_high * 1000000000 + qty / 1000000000 AS qty_hi, qty % 1000000000 AS qty_lo FROM position;
{VIEW} trial_balance AS
  SELECT b.asset, a.decimals, CASE b.account WHEN 0 THEN 'world' WHEN 1 THEN 'fees' WHEN 2 THEN 'clearing' WHEN 3 THEN 'insurance' WHEN 4 THEN 'interest' WHEN 5 THEN 'rounding' WHEN 8 THEN 'house' WHEN 6 THEN 'payouts' WHEN 7 THEN 'transit' ELSE 'customers' END AS holder,
    COUNT(*) AS accounts,
    CAST(SUM(b.total_hi) AS BIGINT) AS total_hi, CAST(SUM(b.total_lo) AS BIGINT) AS total_lo,
    CAST(SUM(b.reserved_hi) AS BIGINT) AS held_hi, CAST(SUM(b.reserved_lo) AS BIGINT) AS held_lo
  FROM balance_sum b JOIN asset a ON a.asset = b.asset
  GROUP BY b.asset, a.decimals, holder;
{VIEW} trade_now AS
  SELECT t.symbol, t.seq, t.idx, COALESCE(c.px, t.px) AS px, t.qty, t.maker_order, t.taker_order, t.buyer, t.seller, t.taker_side,
    COALESCE(c.maker_fee, t.maker_fee) AS maker_fee, COALESCE(c.taker_fee, t.taker_fee) AS taker_fee, t.time, t.px AS traded_px
  FROM trade t LEFT JOIN trade_change c ON c.symbol = t.symbol AND c.trade_seq = t.seq AND c.trade_idx = t.idx
    AND NOT EXISTS (SELECT 1 FROM trade_change n WHERE n.symbol = c.symbol AND n.trade_seq = c.trade_seq AND n.trade_idx = c.trade_idx AND n.seq > c.seq);
-- What changed trades took from an account, line by line: as much may be lacking, since it may have been gone.
{VIEW} taken_back AS
  SELECT p.account, p.asset, p.amount, p.time, p.stream, p.seq FROM other_posting p
  WHERE (p.cause LIKE 'bust %' OR p.cause LIKE 'correction %') AND p.amount < 0;
-- A trade that is changed later keeps its day, and the difference is of the day of the change.
{VIEW} fee_revenue AS
  SELECT f.day, f.symbol, i.quote AS asset, i.quote_decimals AS decimals, CAST(SUM(f.trades) AS BIGINT) AS trades,
    CAST(SUM(f.maker_hi) AS BIGINT) AS maker_hi, CAST(SUM(f.maker_lo) AS BIGINT) AS maker_lo,
    CAST(SUM(f.taker_hi) AS BIGINT) AS taker_hi, CAST(SUM(f.taker_lo) AS BIGINT) AS taker_lo
  FROM (SELECT time / 86400000000000 AS day, symbol, COUNT(*) AS trades,
      SUM(maker_fee / 1000000000) AS maker_hi, SUM(maker_fee % 1000000000) AS maker_lo, SUM(taker_fee / 1000000000) AS taker_hi, SUM(taker_fee % 1000000000) AS taker_lo
    FROM trade GROUP BY time / 86400000000000, symbol
    UNION ALL SELECT time / 86400000000000 AS day, symbol, 0 AS trades,
      SUM(maker_fee_change / 1000000000) AS maker_hi, SUM(maker_fee_change % 1000000000) AS maker_lo, SUM(taker_fee_change / 1000000000) AS taker_hi, SUM(taker_fee_change % 1000000000) AS taker_lo
    FROM trade_change GROUP BY time / 86400000000000, symbol
    UNION ALL SELECT day, symbol, trades, maker_hi, maker_lo, taker_hi, taker_lo FROM pruned_trade) f
  JOIN instrument i ON i.symbol = f.symbol AND i.seq = (SELECT MIN(v.seq) FROM instrument v WHERE v.symbol = f.symbol)
  GROUP BY f.day, f.symbol, i.quote, i.quote_decimals;
