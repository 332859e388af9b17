using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Simulation;

/// <summary>
/// The witness's own state of pending and settled trades, derived from durable records alone. It checks the due date,
/// the amounts and the batch of each trade, and that no account without credit delivers what it has not received.
/// </summary>
internal sealed class WitnessedSettlement(World world)
{
    private const long Issuer = 0;
    public const long FeePot = 1;
    private const long DayNanos = 86_400_000_000_000;
    private readonly Dictionary<string, Instrument> _listed = new(StringComparer.Ordinal);
    private readonly HashSet<long> _holidays = [];
    private readonly Dictionary<string, List<WitnessedTrade>> _trades = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _through = new(StringComparer.Ordinal);
    private readonly Dictionary<long, SettlementClosed> _batches = [];
    private readonly Dictionary<string, long> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<long> _ended = [];

    // Fails: what was due less what has settled. The batch that carries them, and their next due date.
    private readonly SortedDictionary<(long, string, long, int), long> _failing = [];
    private SortedDictionary<(long, string, long, int), long> _carried = [];
    private long _carrier;
    private long _valueDate;
    private readonly Dictionary<(long Account, string Asset), (long Settled, long Pending)> _balances = [];
    private readonly HashSet<long> _borrowers = [];
    private long _timeNanos;

    /// <summary>Number of fails to deliver or to receive.</summary>
    public long Fails { get; private set; }

    /// <summary>Number of trades that have settled, completely or partly.</summary>
    public long SettledTrades { get; private set; }

    /// <summary>Returns the pending amount of an account in an asset.</summary>
    public long PendingOf(long account, string asset) => _balances.GetValueOrDefault((account, asset)).Pending;

    /// <summary>Returns true if two batches settle the same.</summary>
    public static bool IsSame(SettlementClosed one, SettlementClosed other) =>
        (one.Date, one.Cycle) == (other.Date, other.Cycle) && one.Hash.SequenceEqual(other.Hash)
            && one.Trades.SequenceEqual(other.Trades)
        && Parts(one).SequenceEqual(Parts(other));

    /// <summary>Adds a record of the catalog.</summary>
    public void See(CatalogRecord record)
    {
        if (record is InstrumentListed { Definition: var definition })
            _listed[definition.Decode().Symbol] = definition.Decode();
        if (record is not HolidaysSet holidays)
            return;

        if (holidays.FromDay < DayOf(holidays.TimeNanos) + 2)
            world.Find($"a holiday is declared of a day that trades may be due on: {holidays}");
        _holidays.RemoveWhere(day => day >= holidays.FromDay);
        _holidays.UnionWith(holidays.Request.Holidays);
    }

    /// <summary>Adds a record of an account: its immediate movements, and the assets it has for them.</summary>
    public void See(long account, AccountRecord record)
    {
        if (record is AccountKindSet { Currency.Length: > 0 })
            _borrowers.Add(account);
        var (asset, amount) = record switch
        {
            Deposited deposit => (deposit.Asset, deposit.Amount),
            TransferredOut transfer => (transfer.Asset, -transfer.Amount),
            Withdrawn withdrawal => (withdrawal.Asset, -withdrawal.Amount),
            _ => ("", 0),
        };
        _timeNanos = record.TimeNanos;
        Move(account, asset, amount, 0);
        if (record is CorporateActionEntered part)
        {
            var (now, later) = part.PayDay == 0 ? (part.Amount, 0L) : (0L, part.Amount);
            Move(account, part.Asset, now, later);
            Move(Issuer, part.Asset, -now, -later);
        }
        else if (record is CorporateActionPaid paid)
        {
            Move(account, paid.Asset, paid.Amount, -paid.Amount);
            Move(Issuer, paid.Asset, -paid.Amount, paid.Amount);
        }

        RequireCovered(account, asset, record);
    }

    /// <summary>Adds a record of a payout, which may return amounts.</summary>
    public void See(string asset, PayoutRecord record)
    {
        _timeNanos = record.TimeNanos;
        foreach (var item in record is BatchRefused refused ? refused.Items : [])
            Move(item.Account, asset, item.Amount, 0);
    }

    /// <summary>Adds the trades of a book's record.</summary>
    public void See(string symbol, long sequence, BookRecord record)
    {
        var lines = record switch
        {
            OrderAccepted accepted => accepted.Fills.SelectMany(fill => Lines(
                symbol, accepted.Order.Side, accepted.Order.Account, fill.TakerFee, fill.MakerAccount, fill.MakerFee,
                fill.PriceTicks * fill.QuantityLots, fill.QuantityLots)),
            BookTurn turn => turn.Steps.SelectMany(step => Lines(symbol, step)),
            _ => [],
        };
        var moved = lines.Where(line => line.Amount != 0).ToArray();
        if (moved.Length == 0)
            return;

        _timeNanos = record.TimeNanos;
        if (record is BookTurn { Command: ChangeTrade })
            world.Database.Witness.Shorts.Changed(moved);
        var isPending = _listed[symbol].SettlementDays > 0;
        foreach (var (account, asset, amount) in moved)
            Move(account, asset, isPending ? 0 : amount, isPending ? amount : 0);
        foreach (var (account, asset, _) in isPending ? [] : moved)
            RequireCovered(account, asset, record);
        if (!isPending)
            return;

        if (!_trades.TryGetValue(symbol, out var trades))
            _trades.Add(symbol, trades = []);
        trades.Add(new WitnessedTrade(sequence, DayOf(record.TimeNanos), _listed[symbol].SettlementDays, moved));
    }

    /// <summary>Adds a record of a venue.</summary>
    public void See(string venue, long sequence, SettlementRecord record)
    {
        if (venue != Nights.Venue)
            world.Find($"settle/{venue} {sequence}: nothing is traded there");
        if (record is SettlementClosed closed)
            SeeClosed(sequence, closed);
        else if (record is SettlementPartial partial)
            SeeSettled(sequence, partial, partial.Batch);
        else
            SeeSettled(sequence, record, ((SettlementSettled)record).Batch);
    }

    /// <summary>Checks that a sent batch is durable with the same content.</summary>
    public void RequireDurable(SettlementBatch batch)
    {
        if (!_ids.TryGetValue(batch.Id, out var sequence) || !IsSame(_batches[sequence], batch.Content))
            world.Find($"{batch.Id} is sent and not durable like that: {batch.Content}");
    }

    /// <summary>Checks at the end that everything due has settled, inside and outside.</summary>
    public void RequireSettled()
    {
        foreach (var (symbol, trades) in _trades)
        {
            foreach (var trade in trades.Where(trade => !trade.IsSettled && DueOf(trade) < world.Nights.Today))
                world.Find(
                    $"{symbol} {trade.Sequence} of day {trade.Day} was due on {DueOf(trade)} and is not settled; it is {world.Nights.Today}");
        }

        if (_failing.Count > 0 && _valueDate < world.Nights.Today)
            world.Find($"{string.Join(' ', _failing)} fails, and was due on {_valueDate}; it is {world.Nights.Today}");
        if (!world.Depository.Settled.ToHashSet()
            .SetEquals(_ids.Where(id => _ended.Contains(id.Value)).Select(id => id.Key)))
            world.Find(
                $"The depository has settled {string.Join(' ', world.Depository.Settled)}; on record are {string.Join(' ', _ids.Keys)}");
    }

    private void SeeClosed(long sequence, SettlementClosed closed)
    {
        var id = string.Create(
            CultureInfo.InvariantCulture,
            $"{Nights.Venue}-{DateTime.UnixEpoch.AddDays(closed.Date):yyyy-MM-dd}-{closed.Cycle}");
        if (!_ids.TryAdd(id, sequence))
            world.Find($"{sequence} closes {id} again");
        if (closed.Date >= (world.Nights.Now.AddSeconds(world.Nights.ClockError) - DateTimeOffset.UnixEpoch).Days)
            world.Find($"{id} is closed at {world.Nights.Now:R}: its day is not over");
        var items = new SortedDictionary<(long, string, long, int), long>();
        if (_carrier == 0 && _failing.Count > 0)
        {
            (_carrier, _carried) = (sequence, new(_failing));
            foreach (var (key, amount) in _failing)
                items[key] = amount;
        }

        foreach (var range in closed.Trades)
        {
            if (range.After != _through.GetValueOrDefault(range.Symbol) || range.Through <= range.After)
                world.Find($"{id} has {range} after {_through.GetValueOrDefault(range.Symbol)}");
            _through[range.Symbol] = range.Through;
            var trades = _trades[range.Symbol].Where(
                trade => trade.Sequence > range.After && trade.Sequence <= range.Through).ToArray();
            foreach (var trade in trades)
                Add(items, id, sequence, closed.Date, trade);
        }

        var own = items.Where(item => item.Value != 0)
            .Select(item => (item.Key.Item1, item.Key.Item2, item.Key.Item3, item.Key.Item4, item.Value));
        if (!own.SequenceEqual(Parts(closed).Order()))
            world.Find(
                $"{id} settles {string.Join(' ', Parts(closed).Order())}, its trades come to {string.Join(' ', own)}");
        foreach (var asset in Parts(closed).GroupBy(part => part.Asset, StringComparer.Ordinal).Where(asset =>
            asset.Sum(part => part.Amount) != (_carrier == sequence ? FailingOf(asset.Key) : 0)))
        {
            world.Find($"{asset.Key} of {id} does not sum to zero");
        }

        _batches.Add(sequence, closed);
    }

    private void Add(
        SortedDictionary<(long, string, long, int), long> items, string id, long sequence, long date,
        WitnessedTrade trade)
    {
        if (trade.Batch != 0 || DueOf(trade) != date)
            world.Find($"{id} has a trade of day {trade.Day} that is due on {DueOf(trade)} and in batch {trade.Batch}");
        trade.Batch = sequence;
        foreach (var (account, asset, amount) in trade.Lines)
        {
            var key = (account, asset, trade.Day, trade.Days);
            items[key] = items.GetValueOrDefault(key) + amount;
        }
    }

    private void SeeSettled(long sequence, SettlementRecord settled, long batch)
    {
        if (!_batches.TryGetValue(batch, out var closed) || !_ended.Add(batch))
        {
            world.Find($"{sequence} settles {batch}, which is not open");
            return;
        }

        var id = _ids.First(pair => pair.Value == batch).Key;
        if (world.Depository.AnswerOf(id) is not { } answer)
            world.Find($"{sequence} says that {id} is settled; the depository does not");
        else
            RequireDelivered(sequence, closed, settled, answer.Shorts);
        RequireFails(sequence, batch, closed, settled);
        foreach (var trade in _trades.Values.SelectMany(trades => trades).Where(trade => trade.Batch == batch))
        {
            trade.IsSettled = true;
            SettledTrades++;
        }

        foreach (var (account, asset, _, _, amount) in Parts(settled))
            Move(account, asset, amount, -amount);
        foreach (var (account, asset, _, _, _) in Parts(settled))
            RequireCovered(account, asset, settled);
        foreach (var asset in _balances.GroupBy(balance => balance.Key.Asset, StringComparer.Ordinal))
        {
            if (asset.Sum(balance => balance.Value.Pending) - FailingOf(asset.Key) is var sum and not 0)
                world.Find($"{id} leaves {sum} {asset.Key} pending of nobody");
        }
    }

    // Checks that nobody delivered what it was short of, and that every fail was due and has not settled.
    private void RequireDelivered(
        long sequence, SettlementClosed closed, SettlementRecord settled, ImmutableArray<SettlementShort> shorts)
    {
        if (!(settled is SettlementPartial partial ? partial.Shorts : []).SequenceEqual(shorts))
            world.Find($"{sequence} does not say what the depository said: {string.Join(' ', shorts)}");
        foreach (var said in shorts)
        {
            if (Amount(settled, said) < Amount(closed, said) + said.Amount)
                world.Find(
                    $"{sequence} settles {Amount(settled, said)} {said.Asset} of {said.Account}, which owed {Amount(closed, said)} and was short of {said.Amount}");
        }

        static long Amount(SettlementRecord record, SettlementShort of) =>
            record.Items.Where(item => (item.Account, item.Asset) == (of.Account, of.Asset)).Sum(item => item.Amount);
    }

    private void RequireFails(long sequence, long batch, SettlementClosed closed, SettlementRecord settled)
    {
        if (batch == _carrier)
        {
            foreach (var (key, amount) in _carried)
                Fail(key, -amount);
            _carrier = 0;
        }

        foreach (var (account, asset, day, days, amount) in Parts(closed))
            Fail((account, asset, day, days), amount);
        foreach (var (account, asset, day, days, amount) in Parts(settled))
            Fail((account, asset, day, days), -amount);
        var said = new SortedDictionary<(long, string, long, int), long>();
        var partial = settled as SettlementPartial;
        foreach (var fail in partial is null ? [] : partial.Fails)
        {
            foreach (var (asset, part) in fail.UnitParts.Select(part => (fail.Base.Name, part))
                .Concat(fail.CashParts.Select(part => (fail.Quote.Name, part))))
            {
                var key = (fail.Account, asset, part.TradeDay, part.Days);
                said[key] = said.GetValueOrDefault(key) + part.Amount;
            }
        }

        if (!said.Where(part => part.Value != 0).SequenceEqual(_failing))
            world.Find(
                $"{sequence} leaves {string.Join(' ', said)}; what was due and has not settled is {string.Join(' ', _failing)}");
        if (_failing.Any(part => part.Key.Item2 != "USD") && _failing.Where(part => part.Key.Item2 != "USD")
            .GroupBy(part => part.Key.Item2).Any(units => units.Sum(part => part.Value) != 0))
            world.Find($"{sequence} leaves units failing of nobody: {string.Join(' ', _failing)}");
        Fails += partial?.Fails.Length ?? 0;
        _valueDate = partial?.ValueDate ?? _valueDate;

        void Fail((long, string, long, int) key, long amount)
        {
            _failing[key] = _failing.GetValueOrDefault(key) + amount;
            if (_failing[key] == 0)
                _failing.Remove(key);
        }
    }

    private long FailingOf(string asset) => _failing.Where(part => part.Key.Item2 == asset).Sum(part => part.Value);

    private void RequireCovered(long account, string asset, object why)
    {
        if (asset.Length > 0 && account != FeePot && !_borrowers.Contains(account)
            && _balances.GetValueOrDefault((account, asset)) is { Settled: < 0 } short_
            && short_.Settled < -world.Database.Witness.Shorts.TakenBack(account, asset))
            world.Find(
                $"account {account} gives {asset} that has not come: {short_} after {why}, {world.Database.Witness.Shorts.TakenBack(account, asset)} were taken back");
    }

    private void Move(long account, string asset, long settled, long pending)
    {
        if (asset.Length == 0)
            return;
        var before = _balances.GetValueOrDefault((account, asset));
        _balances[(account, asset)] = (before.Settled + settled, before.Pending + pending);
        world.Database.Witness.Dividends.Moved(account, asset, _timeNanos, settled + pending);
        world.Database.Witness.Shorts.Moved(account, asset, settled + pending);
    }

    private long DueOf(WitnessedTrade trade)
    {
        var (day, left) = (trade.Day, trade.Days);
        while (left > 0)
        {
            day++;
            var weekday = DateTime.UnixEpoch.AddDays(day).DayOfWeek;
            left -= weekday is DayOfWeek.Saturday or DayOfWeek.Sunday || _holidays.Contains(day) ? 0 : 1;
        }

        return day;
    }

    private static IEnumerable<(long Account, string Asset, long Day, int Days,
        long Amount)> Parts(SettlementRecord record) =>
        record.Items.SelectMany(
            item => item.Parts.Select(part => (item.Account, item.Asset, part.TradeDay, part.Days, part.Amount)));

    private static long DayOf(long nanos) => nanos / DayNanos;

    // A trade, or the mirror of a reversed one.
    private static IEnumerable<(long Account, string Asset, long Amount)> Lines(string symbol, TurnStep step)
    {
        if (step is not TradeStep { Trade: var trade })
            return [];

        var lines = Lines(
            symbol, trade.TakerSide, trade.Taker.Account, trade.Taker.Fee, trade.Maker.Account, trade.Maker.Fee,
            trade.PriceTicks * trade.QuantityLots, trade.QuantityLots);
        return step is TradeReversed ? lines.Select(line => (line.Account, line.Asset, -line.Amount)) : lines;
    }

    // Prices are in cents, quantities in units.
    private static (long Account, string Asset, long Amount)[] Lines(
        string symbol, Side side, long taker, long takerFee, long maker, long makerFee, long cash, long units)
    {
        var (given, paid) = side == Side.Buy ? (units, -cash) : (-units, cash);
        return
        [
            (taker, symbol, given), (maker, symbol, -given), (taker, "USD", paid - takerFee),
            (maker, "USD", -paid - makerFee),
            (FeePot, "USD", takerFee + makerFee),
        ];
    }

    private sealed class WitnessedTrade(
        long sequence, long day, int days, (long Account, string Asset, long Amount)[] lines)
    {
        public long Sequence => sequence;

        public long Day => day;

        public int Days => days;

        public (long Account, string Asset, long Amount)[] Lines => lines;

        public long Batch { get; set; }

        public bool IsSettled { get; set; }
    }
}
