using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Simulation;

/// <summary>
/// The witness's own state of trades, derived from durable records alone: the current value of each trade after all
/// changes. It checks that a change reverses exactly what was in force, of an existing trade that is not busted.
/// </summary>
internal sealed class WitnessedTrades(World world)
{
    private readonly Dictionary<(string Symbol, TradePlace Place), WitnessedFill> _trades = [];
    private readonly List<WitnessedFill> _inSequence = [];
    private readonly HashSet<WitnessedFill> _changed = [];

    /// <summary>Trades in the sequence in which they became durable.</summary>
    public IReadOnlyList<WitnessedFill> All => _inSequence;

    /// <summary>Changed trades.</summary>
    public IReadOnlyCollection<WitnessedFill> Changed => _changed;

    /// <summary>Number of recorded changes.</summary>
    public long Changes { get; private set; }

    /// <summary>Returns a trade by its place; null if none is durable.</summary>
    public WitnessedFill? Of(string symbol, TradePlace place) => _trades.GetValueOrDefault((symbol, place));

    /// <summary>
    /// Returns the volume an account traded with others on some days, at current values, on the days of the trades.
    /// </summary>
    public long VolumeOf(long account, long from, long before) => _inSequence
        .Where(
            trade => trade.Taker != trade.Maker && (trade.Taker == account || trade.Maker == account)
                && trade.Day >= from && trade.Day < before)
        .Sum(trade => trade.Now.PriceTicks * trade.Lots);

    /// <summary>Adds the trades and changes of a book's record.</summary>
    public void See(string symbol, long sequence, BookRecord record)
    {
        if (record is OrderAccepted { Order: var order } accepted)
        {
            for (var i = 0; i < accepted.Fills.Length; i++)
            {
                var fill = accepted.Fills[i];
                Add(new WitnessedFill(
                    symbol, new(sequence, i), record.TimeNanos, order.Side,
                    (order.Account, order.Number, accepted.OrderId),
                    (fill.MakerAccount, fill.MakerNumber, fill.MakerOrderId), fill.QuantityLots,
                    new(sequence, fill.PriceTicks, fill.TakerFee, fill.MakerFee)));
            }
        }
        else if (record is BookTurn turn)
        {
            foreach (var (index, step) in turn.Steps.OfType<TradeMade>().Index())
            {
                var (side, price, lots, taker, maker, isAuction) = step.Trade;
                Add(new WitnessedFill(
                    symbol, new(sequence, index), turn.TimeNanos, side, (taker.Account, taker.Number, taker.OrderId),
                    (maker.Account, maker.Number, maker.OrderId), lots, new(sequence, price, taker.Fee, maker.Fee),
                    isAuction));
            }

            SeeChange(symbol, sequence, turn);
        }
    }

    private void Add(WitnessedFill trade)
    {
        _trades.Add((trade.Symbol, trade.Place), trade);
        _inSequence.Add(trade);
    }

    private void SeeChange(string symbol, long sequence, BookTurn turn)
    {
        var steps = turn.Steps.OfType<TradeStep>().Where(step => step is not TradeMade).ToArray();
        var (command, kinds) = (turn.Command, steps.Select(step => step.GetType()));
        Type[] expected = command switch
        {
            BustTrade => [typeof(TradeReversed)],
            CorrectTrade => [typeof(TradeReversed), typeof(TradeRestated)],
            _ => [],
        };
        if (!kinds.SequenceEqual(expected) || command is CorrectTrade { PriceTicks: <= 0 })
            world.Find($"{symbol} {sequence}: {command} changes trades by {string.Join(' ', kinds.Select(kind => kind.Name))}");
        if (steps.Length == 0 || command is not ChangeTrade { Trade: var (place, timeNanos, _) })
            return;

        Changes++;
        if (Of(symbol, place) is not { } trade || place.Sequence >= sequence)
        {
            world.Find($"{symbol} {sequence}: {place} is changed and was never traded");
            return;
        }

        if (trade.Now.PriceTicks == 0)
            world.Find($"{symbol} {sequence}: {place} is void since {trade.Now.Sequence} and is changed");
        if (timeNanos != trade.TimeNanos)
            world.Find(
                $"{symbol} {sequence}: {place} is said to be of {timeNanos}, it was traded at {trade.TimeNanos}");
        Require(trade, sequence, steps[0], trade.Now);
        var now = WorthAt(trade, sequence, (command as CorrectTrade)?.PriceTicks ?? 0);
        if (command is CorrectTrade)
            Require(trade, sequence, steps[1], now);
        if (now.TakerFee + now.MakerFee < Math.Min(0, trade.Made.TakerFee + trade.Made.MakerFee))
            world.Find($"{symbol} {sequence}: {place} is paid for with {now}");
        trade.Change(now);
        _changed.Add(trade);
    }

    /// <summary>
    /// Returns the value of a trade at a price. Its fees change only as far as its value does, by the terms of its
    /// orders.
    /// </summary>
    private WitnessedWorth WorthAt(WitnessedFill trade, long sequence, long priceTicks)
    {
        if (priceTicks == 0)
            return new(sequence, 0, 0, 0);

        var (made, value) = (ValueOf(trade, trade.Made.PriceTicks), ValueOf(trade, priceTicks));
        var taker = FeeAt(trade.TakerOrder, trade.Side, isMaker: false, trade.Made.TakerFee);
        var maker =
            FeeAt(trade.MakerOrder, trade.Side == Side.Buy ? Side.Sell : Side.Buy, isMaker: true, trade.Made.MakerFee);
        var given = Math.Min(0, trade.Made.TakerFee + trade.Made.MakerFee) - taker - maker;
        if (given > 0 && taker < maker)
            taker += given;
        else if (given > 0)
            maker += given;
        return new(sequence, priceTicks, taker, maker);

        long FeeAt((long Account, long Number, long OrderId) of, Side side, bool isMaker, long fee)
        {
            var order = world.Database.Witness.Order(of.Account, of.Number)!;
            var rate =
                trade.IsAuction ? Math.Max(0, order.Rates.Maker) : isMaker ? order.Rates.Maker : order.Rates.Taker;
            var (then, now) = ((long)Math.Ceiling(made * rate / 1_000_000m),
                (long)Math.Ceiling(value * rate / 1_000_000m));
            if (order.MinimumFee == 0 || fee <= then)
                return rate < 0 ? fee + now - then : Math.Max(0, fee + now - then);

            var least = fee == order.MinimumFee || (side == Side.Sell && fee == made) ? order.MinimumFee : fee;
            return side == Side.Sell ? (long)Math.Min(Math.Max(least, now), value) : Math.Max(least, now);
        }
    }

    private decimal ValueOf(WitnessedFill trade, long priceTicks) =>
        (decimal)priceTicks * trade.Lots * world.Nights.Listing(trade.Symbol).TickLotValue;

    private void Require(WitnessedFill trade, long sequence, TradeStep step, WitnessedWorth worth)
    {
        var (side, price, lots, taker, maker, _) = step.Trade;
        if (side == trade.Side
            && (taker.Account, taker.Number, taker.OrderId) == trade.TakerOrder
            && (maker.Account, maker.Number, maker.OrderId) == trade.MakerOrder
            && (lots, price, taker.Fee, maker.Fee)
                == (trade.Lots, worth.PriceTicks, worth.TakerFee, worth.MakerFee))
            return;

        world.Find(
            $"{trade.Symbol} {sequence}: of {trade.Place}, which is {trade.Side} {trade.TakerOrder} {trade.MakerOrder} {trade.Lots} at {worth}, it says {step}");
    }
}

/// <summary>Value of a trade from a record on.</summary>
/// <param name="Sequence">Book sequence of the record.</param>
/// <param name="PriceTicks">Price, in ticks; 0 if busted.</param>
/// <param name="TakerFee">Fee of the taker, in minor units.</param>
/// <param name="MakerFee">Fee of the maker, in minor units.</param>
internal readonly record struct WitnessedWorth(long Sequence, long PriceTicks, long TakerFee, long MakerFee);

/// <summary>A trade according to the durable records.</summary>
internal sealed class WitnessedFill(
    string symbol, TradePlace place, long timeNanos, Side side, (long Account, long Number, long OrderId) taker,
    (long Account, long Number, long OrderId) maker,
    long lots, WitnessedWorth made, bool isAuction = false)
{
    private readonly List<WitnessedWorth> _worth = [made];

    public string Symbol => symbol;

    public TradePlace Place => place;

    public long TimeNanos => timeNanos;

    public long Day => timeNanos / 86_400_000_000_000;

    public Side Side => side;

    public (long Account, long Number, long OrderId) TakerOrder => taker;

    public (long Account, long Number, long OrderId) MakerOrder => maker;

    public long Taker => taker.Account;

    public long Maker => maker.Account;

    public long Lots => lots;

    public WitnessedWorth Made => made;

    public bool IsAuction => isAuction;

    public WitnessedWorth Now => _worth[^1];

    public bool IsVoid => Now.PriceTicks == 0;

    /// <summary>Returns its value when the book was at a sequence.</summary>
    public WitnessedWorth AsOf(long sequence) => _worth.LastOrDefault(worth => worth.Sequence <= sequence);

    /// <summary>Returns true if it had a price at some time since its book was at a sequence.</summary>
    public bool WasAt(long priceTicks, long since) => AsOf(since).PriceTicks == priceTicks
        || _worth.Exists(worth => worth.Sequence > since && worth.PriceTicks == priceTicks);

    public void Change(WitnessedWorth now) => _worth.Add(now);
}
