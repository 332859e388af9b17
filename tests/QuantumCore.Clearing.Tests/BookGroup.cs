using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing.Tests;

/// <summary>A leg in the tests' notation.</summary>
/// <param name="Symbol">Symbol of its book.</param>
/// <param name="Side">Side of one unit.</param>
/// <param name="Lots">Lots of one unit.</param>
/// <param name="Worst">Worst price, in ticks.</param>
internal readonly record struct Leg(string Symbol, Side Side, long Lots, long Worst);

/// <summary>
/// A trade between two orders. Between two strategies the price is 0, since only the sum of the legs matters.
/// </summary>
internal readonly record struct GroupFill(
    string Symbol, long Taker, long TakerNumber, long Maker, long MakerNumber, long Price, long Lots);

/// <summary>
/// The three books of <see cref="StrategyMarket"/> without accounts: orders enter as if all were paid for.
/// </summary>
internal sealed class BookGroup
{
    private readonly Dictionary<long, long> _numbers = [];
    private readonly StrategyAuditor _auditor;
    private readonly List<(string Symbol, BookRecord Record)> _records = [];

    public BookGroup(int? maxLevels = null)
    {
        _auditor = new StrategyAuditor(Books);
        Strategies = NewGroup();
        foreach (var symbol in (string[])["A", "B", "C"])
        {
            var book = new BookMachine(symbol);
            var instrument = StrategyMarket.InstrumentOf(symbol);
            book.Define(EncodedInstrument.From(instrument with { MaxLevels = maxLevels ?? instrument.MaxLevels }), Now);
            Books.Add(symbol, book);
        }
    }

    public SortedDictionary<string, BookMachine> Books { get; } = new(StringComparer.Ordinal);

    public StrategyGroup Strategies { get; private set; }

    public long Now { get; set; } = 1;

    /// <summary>Records of the last command.</summary>
    public IReadOnlyList<(string Symbol, BookRecord Record)> Last { get; private set; } = [];

    /// <summary>Enters an order and returns its number.</summary>
    public long Enter(
        string symbol,
        long account,
        Side side,
        long price,
        long lots,
        TimeInForce time = TimeInForce.GoodTillCancel,
        OrderConditions? conditions = null,
        OrderType type = OrderType.Limit,
        bool postOnly = false)
    {
        var order = Order(account, side, type, time, price, lots, conditions) with { PostOnly = postOnly };
        ExpireDue();
        if (!Strategies.TryEnter(Books[symbol], order, Now))
        {
            Record(symbol, Books[symbol].Submit(order, Now));
        }

        Audit();
        return order.Number;
    }

    /// <summary>Enters a strategy and returns the number of its first leg.</summary>
    public long EnterStrategy(
        long account, long net, long units, TimeInForce time, IReadOnlyList<Leg> legs, long? expiry = null)
    {
        var terms = new StrategyTerms(net, 0, [.. legs.Select(leg => new StrategyLeg(leg.Symbol, leg.Side, leg.Lots))]);
        var orders = legs.Select((leg, i) => Order(
            account, leg.Side, OrderType.Leg, time, leg.Worst, units * leg.Lots,
            new OrderConditions { Strategy = terms with { Leg = i }, ExpiryNanos = expiry })).ToImmutableArray();
        ExpireDue();
        Strategies.Enter(orders, [.. legs.Select(leg => Books[leg.Symbol])], Now);
        Audit();
        return orders[0].Number;
    }

    public void Cancel(string symbol, long account, long number)
    {
        ExpireDue();
        Record(symbol, Books[symbol].Close(account, number, EndReason.User, Now)!);
        Audit();
    }

    public void Operate(string symbol, BookCommand command)
    {
        ExpireDue();
        Books[symbol].Operate(command, Now, out var record);
        Record(symbol, record!);
        Audit();
    }

    /// <summary>Assigns accounts to trade groups in all books, then runs strategies, as in the grain.</summary>
    public void Group(params (long Account, long Group)[] groups)
    {
        ExpireDue();
        var all = groups.ToDictionary(of => of.Account, of => of.Group);
        foreach (var (symbol, book) in Books)
        {
            book.Operate(book.CallForTradeGroups(all)!, Now, out var record);
            _records.Add((symbol, record!));
        }

        Strategies.FollowAll(Now);
        Audit();
    }

    /// <summary>Restores all books from their state.</summary>
    public void Restart()
    {
        foreach (var (symbol, book) in Books.ToArray())
        {
            Books[symbol] = BookMachine.Restore(symbol, book.Snapshot());
        }

        Strategies = NewGroup();
        Strategies.Restore(Books.Values);
    }

    /// <summary>
    /// Returns symbol and price of each trade of the last command, including those of two strategies.
    /// </summary>
    public IEnumerable<(string Symbol, long Price)> Prices() =>
        from last in Last
        from trade in (last.Record as BookTurn)?.Trades() ?? []
        select (last.Symbol, trade.PriceTicks);

    /// <summary>Returns the open lots of an order; 0 when it is done.</summary>
    public long LeavesOf(string symbol, long account, long number) =>
        Books[symbol].IsKnown(account, number, out var open, out _) ? open?.LeavesLots ?? 0 : 0;

    /// <summary>Returns the fills of the last command, in sequence.</summary>
    public IEnumerable<GroupFill> Fills()
    {
        foreach (var (symbol, record) in Last)
        {
            if (record is OrderAccepted order)
            {
                foreach (var fill in order.Fills)
                {
                    yield return new GroupFill(
                        symbol, order.Order.Account, order.Order.Number, fill.MakerAccount, fill.MakerNumber,
                        fill.PriceTicks,
                        fill.QuantityLots);
                }
            }

            foreach (var trade in (record as BookTurn)?.Trades() ?? [])
            {
                var (taker, maker) = (trade.Taker, trade.Maker);
                var ofStrategies =
                    _auditor.IsLeg(taker.Account, taker.Number) && _auditor.IsLeg(maker.Account, maker.Number);
                yield return new GroupFill(
                    symbol, taker.Account, taker.Number, maker.Account, maker.Number,
                    ofStrategies ? 0 : trade.PriceTicks, trade.QuantityLots);
            }
        }
    }

    /// <summary>
    /// Checks that strategies wait only if they must, and that orders of finished strategies are removed.
    /// </summary>
    public void CheckOpen() => _auditor.CheckOpen(Strategies.Open);

    private SubmitOrder Order(
        long account, Side side, OrderType type, TimeInForce time, long price, long lots, OrderConditions? conditions)
    {
        var number = _numbers[account] = _numbers.GetValueOrDefault(account) + 1;
        return new SubmitOrder(
            account, number, "", side, type, time, false, price, lots, 0, 0,
            Conditions: EncodedConditions.From(conditions));
    }

    private StrategyGroup NewGroup() => new((book, record) => _records.Add((book.Symbol, record)));

    private void ExpireDue()
    {
        foreach (var (symbol, book) in Books)
        {
            if (book.IsExpiryDue(Now))
            {
                book.Operate(new AdvanceTime(), Now, out var record);
                Record(symbol, record!);
            }
        }
    }

    private void Record(string symbol, BookRecord record)
    {
        _records.Add((symbol, record));
        Strategies.Follow(symbol, Now);
    }

    private void Audit()
    {
        _auditor.Check(_records);
        Last = [.. _records];
        _records.Clear();
    }
}
