using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History.Tests;

/// <summary>
/// A tiny, slow exchange that writes the records a real one would, from a seed. Books are lists that are searched
/// linearly. It computes every balance itself for comparison.
/// </summary>
public sealed class RecordMarket
{
    private static readonly Asset s_usd = new("USD", 2);

    private readonly Random _random;
    private readonly long _nanosPerTick;
    private readonly Dictionary<long, Member> _members = [];
    private readonly Dictionary<string, Book> _books = [];
    private long _time = 1_700_000_000_000_000_000;

    public RecordMarket(int seed, int members = 4, int symbols = 2, long nanosPerTick = 1)
    {
        (_random, _nanosPerTick) = (new Random(seed), nanosPerTick);
        for (var i = 0; i < symbols; i++)
        {
            var book = new Book(Define(i));
            _books.Add(book.Instrument.Symbol, book);
            Write(book, new InstrumentDefined(Tick(), EncodedInstrument.From(book.Instrument)));
        }

        for (var i = 0; i < members; i++)
        {
            var member = new Member(AccountId.FirstCustomer + i);
            _members.Add(member.Account, member);
            Deposit(member, s_usd, 5_000_000);
            foreach (var book in _books.Values)
                Deposit(member, book.Instrument.Base, 100_000);
        }
    }

    /// <summary>Records of every book's and account's stream.</summary>
    public SortedDictionary<string, List<object>> Streams { get; } = new(StringComparer.Ordinal);

    public long TimeNanos => _time;

    /// <summary>Returns the expected balance of every customer.</summary>
    public IEnumerable<(long Account, string Asset, long Total, long Reserved)> Balances() =>
        from member in _members.Values
        from asset in member.Totals.Keys
        select (member.Account, asset, member.Totals[asset], member.Held(asset));

    public IEnumerable<(long Account, long Number, string Symbol)> InFlight() =>
        from member in _members.Values
        from hold in member.Holds.Values
        where !hold.InBook
        select (member.Account, hold.Number, hold.Book.Instrument.Symbol);

    public void Step()
    {
        var member = _members.Values.ElementAt(_random.Next(_members.Count));
        switch (_random.Next(20))
        {
            case < 10:
                Place(member);
                break;
            case < 13:
                SubmitOneInFlight(member);
                break;
            case < 15:
                CancelOne(member);
                break;
            case 15:
                ReduceOne(member);
                break;
            case 16:
                ReplaceOne(member);
                break;
            case 17 when _random.Next(6) == 0:
                CancelAll(member);
                break;
            case 18:
                Deposit(member, s_usd, _random.Next(1, 5_000));
                break;
            default:
                OddRecords(member);
                break;
        }
    }

    /// <summary>Returns a moment without a record: all records so far are before it, all later ones after it.</summary>
    public long Cut() => (_time += 2) - 1;

    /// <summary>
    /// Records parts of a dividend of half a cent a unit, for current holdings. Later parts are not paid, except for
    /// the first.
    /// </summary>
    public void PayDividend(string id, string symbol, long payDay)
    {
        var (units, paid) = (0L, 0L);
        foreach (var member in _members.Values)
        {
            var has = member.Totals[symbol];
            Enter(id, "acct/" + member.Account, symbol, has, has / 2, payDay);
            member.Add(s_usd.Name, has / 2);
            (units, paid) = (units + has, paid + (has / 2));
        }

        if ((units / 2) - paid is > 0 and var rest)
            Enter(id, "acct/5", symbol, 0, rest, payDay);
        if (payDay > 0)
        {
            var first = _members.Values.First();
            Write(first, new CorporateActionPaid(Tick(), id, s_usd.Name, s_usd.Decimals, first.Totals[symbol] / 2));
        }
    }

    private void Enter(string id, string stream, string symbol, long units, long amount, long payDay) =>
        Write(stream, new CorporateActionEntered(
        Tick(), id, CorporateActionKind.CashDividend, symbol, _books[symbol].Instrument.Base.Decimals, units,
        s_usd.Name, s_usd.Decimals, amount, payDay));

    /// <summary>Voids every hold whose order never arrived, as the sweeper does.</summary>
    public void VoidWhatNeverCame()
    {
        foreach (var member in _members.Values)
        {
            foreach (var hold in member.Holds.Values.Where(h => !h.InBook).ToArray())
                VoidOrder(member, hold, RejectReason.Voided, tombstone: true);
        }
    }

    private static Instrument Define(int index) => new()
    {
        Symbol = $"SYM{index}",
        Base = new Asset($"SYM{index}", index),
        Quote = s_usd,
        PriceDecimals = 2,
        TickSize = index + 1,
        QuantityDecimals = 0,
        LotSize = 1,
        MakerFeePpm = 500,
        TakerFeePpm = 1_300 * index,
        SettlementDays = index,
        SettlementVenue = index == 0 ? "" : "MAIN",
    };

    private long Tick() => _time += _random.Next(3) * _nanosPerTick;

    private void Write(Book book, BookRecord record) => Write("book/" + book.Instrument.Symbol, record);

    private void Write(Member member, AccountRecord record) => Write("acct/" + member.Account, record);

    private void Write(string stream, object record)
    {
        if (!Streams.TryGetValue(stream, out var records))
            Streams.Add(stream, records = []);
        records.Add(record);
    }

    private void Deposit(Member member, Asset asset, long amount)
    {
        member.Add(asset.Name, amount);
        var key = $"d{Streams.GetValueOrDefault("acct/" + member.Account)?.Count ?? 0}";
        Write(member, new Deposited(Tick(), key, asset.Name, asset.Decimals, amount));
    }

    private void Place(Member member)
    {
        var book = _books.Values.ElementAt(_random.Next(_books.Count));
        var type = _random.Next(8) == 0 ? OrderType.Market : OrderType.Limit;
        var tif = type == OrderType.Market || _random.Next(5) == 0
            ? TimeInForce.ImmediateOrCancel
            : _random.Next(10) == 0 ? TimeInForce.FillOrKill : TimeInForce.GoodTillCancel;
        var order = new SubmitOrder(
            member.Account, member.LastNumber + 1, $"c{member.LastNumber + 1}",
            _random.Next(2) == 0 ? Side.Buy : Side.Sell, type, tif, false,
            95 + _random.Next(11), 1 + _random.Next(20),
            book.Instrument.MakerFeePpm, book.Instrument.TakerFeePpm);
        var hold = Hold(member, book, order, 0);
        if (hold is null)
        {
            Write(member, new KeyRefused(Tick(), $"r{_random.Next()}", 1, RejectReason.InsufficientFunds));
            return;
        }

        if (_random.Next(6) != 0)
            Submit(member, hold);
    }

    private static OrderFees FeesOf(SubmitOrder order) =>
        new(order.Side, new FeeTerms(order.MakerFeePpm, order.TakerFeePpm, order.MinimumFee));

    private OpenHold? Hold(Member member, Book book, SubmitOrder order, long covered)
    {
        var need = HoldRule.Hold(book.Instrument, order.PriceTicks, order.QuantityLots, FeesOf(order));
        var extra = Math.Max(0, need - covered);
        var asset = order.Side == Side.Buy ? book.Instrument.Quote.Name : book.Instrument.Base.Name;
        if (extra > member.Totals.GetValueOrDefault(asset) - member.Held(asset))
            return null;
        member.LastNumber = order.Number;
        var hold = new OpenHold(order.Number, book, order, asset) { Amount = extra };
        member.Holds.Add(order.Number, hold);
        Write(member, new HoldPlaced(Tick(), book.Instrument.Symbol, order, 7, extra));
        return hold;
    }

    private void SubmitOneInFlight(Member member)
    {
        var waiting = member.Holds.Values.Where(h => !h.InBook).ToArray();
        if (waiting.Length == 0)
            return;
        var hold = waiting[_random.Next(waiting.Length)];
        switch (_random.Next(4))
        {
            case 0:
                VoidOrder(member, hold, RejectReason.Voided, tombstone: true);
                break;
            case 1:
                VoidOrder(member, hold, RejectReason.PostOnlyWouldTake, tombstone: false);
                break;
            default:
                Submit(member, hold);
                break;
        }
    }

    private void VoidOrder(Member member, OpenHold hold, RejectReason reason, bool tombstone)
    {
        member.Holds.Remove(hold.Number);
        Write(hold.Book, new OrderVoided(Tick(), member.Account, hold.Number, reason, tombstone ? null : hold.Order));
    }

    private void Submit(Member member, OpenHold hold)
    {
        var (book, order) = (hold.Book, hold.Order);
        ClosedOrder? replaced = null;
        if (order.ReplacesNumber != 0)
        {
            var old = book.Open.Find(o => o.Member == member && o.Number == order.ReplacesNumber);
            if (old is null || old.Leaves != order.ExpectedLeavesLots)
            {
                VoidOrder(member, hold, RejectReason.StaleLeaves, tombstone: false);
                return;
            }

            replaced = Close(book, old, EndReason.Replaced);
        }

        var taker = new Resting(member, order, ++book.LastId, order.QuantityLots, hold);
        hold.InBook = true;
        var fills = Match(book, taker);
        var end = EndReason.None;
        if (taker.Leaves > 0 && order.TimeInForce == TimeInForce.GoodTillCancel)
            book.Open.Add(taker);
        else if (taker.Leaves > 0)
            end = order.TimeInForce == TimeInForce.FillOrKill ? EndReason.FillOrKill
                : order.Type == OrderType.Market ? EndReason.NoLiquidity : EndReason.ImmediateOrCancel;
        var leaves = end == EndReason.None ? taker.Leaves : 0;
        taker.Leaves = leaves;
        taker.UpdateHold();
        Write(book, new OrderAccepted(
            Tick(), order, taker.Id, fills, leaves, end, taker.HoldNow, replaced));
    }

    private static ImmutableArray<TradeFill> Match(Book book, Resting taker)
    {
        var order = taker.Order;
        var others = book.Open
            .Where(o => o.Order.Side != order.Side)
            .Where(o => order.Side == Side.Buy
                ? o.Order.PriceTicks <= order.PriceTicks : o.Order.PriceTicks >= order.PriceTicks)
            .OrderBy(o => order.Side == Side.Buy ? o.Order.PriceTicks : -o.Order.PriceTicks)
            .ThenBy(o => o.Id)
            .ToArray();
        if (order.TimeInForce == TimeInForce.FillOrKill && others.Sum(o => o.Leaves) < taker.Leaves)
            return [];
        var fills = ImmutableArray.CreateBuilder<TradeFill>();
        foreach (var maker in others)
        {
            if (taker.Leaves == 0)
                break;
            var (lots, price) = (Math.Min(maker.Leaves, taker.Leaves), maker.Order.PriceTicks);
            var notional = (long)book.Instrument.Notional(price, lots);
            var makerFee = maker.Fill(lots, notional, maker.Order.MakerFeePpm);
            var takerFee = taker.Fill(lots, notional, order.TakerFeePpm);
            var (buyer, seller) = order.Side == Side.Buy ? (taker.Member, maker.Member) : (maker.Member, taker.Member);
            buyer.Add("USD", -notional);
            seller.Add("USD", notional);
            buyer.Add(book.Instrument.Base.Name, lots * book.Instrument.LotUnits);
            seller.Add(book.Instrument.Base.Name, -lots * book.Instrument.LotUnits);
            maker.Member.Add("USD", -makerFee);
            taker.Member.Add("USD", -takerFee);
            maker.UpdateHold();
            if (maker.Leaves == 0)
                book.Open.Remove(maker);
            fills.Add(new TradeFill(
                maker.Id, maker.Member.Account, maker.Number, price, lots, makerFee, takerFee, maker.Leaves,
                maker.HoldNow));
        }

        return fills.ToImmutable();
    }

    private static ClosedOrder Close(Book book, Resting order, EndReason reason)
    {
        book.Open.Remove(order);
        order.Member.Holds.Remove(order.Number);
        return new(order.Member.Account, order.Number, order.Id, order.Order.Side, order.Order.PriceTicks, reason,
            order.Filled, order.Leaves);
    }

    private Resting? AnyOpen(Member member)
    {
        var open = _books.Values.SelectMany(b => b.Open).Where(o => o.Member == member).ToArray();
        return open.Length == 0 ? null : open[_random.Next(open.Length)];
    }

    private void CancelOne(Member member)
    {
        if (AnyOpen(member) is not { } order)
            return;
        var closed = new List<ClosedOrder> { Close(order.Hold.Book, order, EndReason.User) };
        var second = order.Hold.Book.Open.Find(o => o.Member == member);
        if (second is not null && _random.Next(2) == 0)
            closed.Add(Close(order.Hold.Book, second, EndReason.User));
        Write(order.Hold.Book, new OrdersClosed(Tick(), [.. closed]));
    }

    private void ReduceOne(Member member)
    {
        if (AnyOpen(member) is not { Leaves: > 1 } order)
            return;
        var by = _random.NextInt64(1, order.Leaves);
        order.Leaves -= by;
        order.Total -= by;
        order.UpdateHold();
        Write(order.Hold.Book, new OrderReduced(
            Tick(), member.Account, order.Number, order.Id, order.Order.Side, order.Order.PriceTicks, order.Total, by,
            order.HoldNow));
    }

    private void ReplaceOne(Member member)
    {
        if (AnyOpen(member) is not { } old)
            return;
        var order = old.Order with
        {
            Number = member.LastNumber + 1,
            ClientOrderId = $"c{member.LastNumber + 1}",
            PriceTicks = old.Order.PriceTicks + _random.Next(-2, 3),
            QuantityLots = old.Leaves + _random.Next(5),
            ReplacesNumber = old.Number,
            ExpectedLeavesLots = old.Leaves,
        };
        if (Hold(member, old.Hold.Book, order, old.HoldNow) is { } hold && _random.Next(3) != 0)
            Submit(member, hold);
    }

    private void CancelAll(Member member)
    {
        Write(member, new CancelAllMarked(Tick(), member.LastNumber));
        foreach (var book in _books.Values)
        {
            var closed = book.Open.Where(o => o.Member == member).ToArray()
                .Select(o => Close(book, o, EndReason.MassCancel)).ToImmutableArray();
            foreach (var hold in member.Holds.Values.Where(h => h.Book == book).ToArray())
                member.Holds.Remove(hold.Number);
            Write(book, new AllClosed(Tick(), member.Account, member.LastNumber, closed));
        }
    }

    private void OddRecords(Member member)
    {
        var book = _books.Values.ElementAt(_random.Next(_books.Count));
        if (_random.Next(10) != 0)
        {
            Write(book, new NothingFound(Tick(), member.Account, 1_000_000));
            return;
        }

        book.Instrument = book.Instrument with { MaxLevels = 10 + _random.Next(1_000) };
        Write(book, new InstrumentDefined(Tick(), EncodedInstrument.From(book.Instrument)));
    }

    private sealed class Book(Instrument instrument)
    {
        public Instrument Instrument { get; set; } = instrument;

        public List<Resting> Open { get; } = [];

        public long LastId { get; set; }
    }

    private sealed class Member(long account)
    {
        public long Account => account;

        public long LastNumber { get; set; }

        public SortedDictionary<string, long> Totals { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<long, OpenHold> Holds { get; } = [];

        public void Add(string asset, long amount) => Totals[asset] = Totals.GetValueOrDefault(asset) + amount;

        public long Held(string asset) => Holds.Values.Where(h => h.Asset == asset).Sum(h => h.Amount);
    }

    private sealed class OpenHold(long number, Book book, SubmitOrder order, string asset)
    {
        public long Number => number;

        public Book Book => book;

        public SubmitOrder Order => order;

        public string Asset => asset;

        public long Amount { get; set; }

        public bool InBook { get; set; }
    }

    private sealed class Resting(Member member, SubmitOrder order, long id, long leaves, OpenHold hold)
    {
        private OrderFees _fees = FeesOf(order);

        public Member Member => member;

        public SubmitOrder Order => order;

        public OpenHold Hold => hold;

        public long Number => order.Number;

        public long Id => id;

        public long Leaves { get; set; } = leaves;

        public long Total { get; set; } = leaves;

        public long Filled { get; private set; }

        public long HoldNow => HoldRule.Hold(hold.Book.Instrument, order.PriceTicks, Leaves, _fees);

        public long Fill(long lots, long notional, int feePpm)
        {
            var before = _fees.Due;
            _fees = _fees.After(notional, feePpm);
            Leaves -= lots;
            Filled += lots;
            return _fees.Due - before;
        }

        public void UpdateHold()
        {
            hold.Amount = HoldNow;
            if (hold.Amount == 0)
                member.Holds.Remove(order.Number);
        }
    }
}
