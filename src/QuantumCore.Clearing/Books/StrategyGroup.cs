using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>
/// Matches the multi-leg orders of one group of books (RULES 16). It decides from the books as they are. Each decision
/// is a set of records of the books concerned, which the caller makes durable together. It has no state but the open
/// legs in the books.
/// </summary>
/// <param name="record">Receives the records of a command: one for each book in which something was done.</param>
internal sealed class StrategyGroup(Action<BookMachine, BookRecord> record)
{
    /// <summary>
    /// Maximum number of open multi-leg orders of a group: each command in one of their books looks at them.
    /// </summary>
    public const int OpenLimit = 1_000;

    /// <summary>Maximum number of opposite orders compared with a waiting one after a command.</summary>
    private const int ContrasAsked = 16;

    // Sorted by kind; within a kind by net price, highest first, then by arrival.
    private readonly List<Strategy> _open = [];
    private readonly List<BookMachine> _acting = [];

    // Restored without a leg: they end with the next command, and do not trade until then.
    private readonly List<Strategy> _lame = [];

    // Number of multi-leg orders that came or were restored so far.
    private long _arrivals;

    /// <summary>The open multi-leg orders.</summary>
    public IReadOnlyList<Strategy> Open => _open;

    /// <summary>
    /// Finds the open multi-leg orders in restored books. An order with a leg in a missing book is left alone: its
    /// other legs stand aside and wait. An order without a leg, as may happen after such a wait, ends with the next
    /// command.
    /// </summary>
    /// <exception cref="InvalidDataException">Legs of an order have traded by themselves.</exception>
    public void Restore(IReadOnlyCollection<BookMachine> books)
    {
        var there = books.Select(book => book.Symbol).ToHashSet(StringComparer.Ordinal);
        var legs = books.SelectMany(
            book => book.OpenLegs.Select(ticket => (Book: book, Ticket: ticket, Terms: TermsOf(ticket.Order)!)));
        var back = new List<Strategy>();
        foreach (var whole in legs.GroupBy(leg => (leg.Ticket.Order.Account, leg.Ticket.Order.Number - leg.Terms.Leg)))
        {
            var strategy = new Strategy(
                whole.First().Terms,
                whole.Select(leg => new OpenLeg(leg.Terms.Legs[leg.Terms.Leg], leg.Book, leg.Ticket)));
            if (!strategy.IsEven)
            {
                throw new InvalidDataException(
                    $"The strategy {strategy.Key} of account {whole.Key.Account} is not whole.");
            }

            if (strategy.IsWhole)
            {
                back.Add(strategy);
            }
            else if (strategy.Terms.Legs.All(leg => there.Contains(leg.Symbol)))
            {
                _lame.Add(strategy);
            }
        }

        foreach (var strategy in AsTheyCame(back))
        {
            strategy.Arrival = ++_arrivals;
            Insert(strategy);
        }
    }

    /// <summary>
    /// Sorts multi-leg orders by arrival, as the ascending order ids of each book show it. Orders that share no book,
    /// even through others, may come in any sequence.
    /// </summary>
    private static IEnumerable<Strategy> AsTheyCame(IEnumerable<Strategy> strategies)
    {
        var lines =
            strategies.SelectMany(
                strategy => strategy.Legs.Select(leg => (leg.Book.Symbol, leg.Ticket.OrderId, Strategy: strategy)))
            .GroupBy(one => one.Symbol).OrderBy(line => line.Key, StringComparer.Ordinal)
            .ToDictionary(
                line => line.Key,
                line => new Queue<Strategy>(line.OrderBy(one => one.OrderId).Select(one => one.Strategy)));
        while (lines.Values.Any(line => line.Count > 0))
        {
            var next = lines.Values.Where(line => line.Count > 0).Select(line => line.Peek())
                .FirstOrDefault(
                    strategy => Array.TrueForAll(strategy.Legs, leg => lines[leg.Book.Symbol].Peek() == strategy))
                ?? throw new InvalidDataException("Strategies came before each other.");
            Array.ForEach(next.Legs, leg => lines[leg.Book.Symbol].Dequeue());
            yield return next;
        }
    }

    /// <summary>
    /// Enters a multi-leg order none of whose legs is known yet. It trades with opposite orders and displayed quotes,
    /// whichever is better; at one price, opposite orders come first. The remainder rests or ends. If it is rejected,
    /// all of its legs are.
    /// </summary>
    /// <param name="legs">Its leg orders, in the sequence of its terms.</param>
    /// <param name="books">The books of the legs.</param>
    /// <param name="now">Unix nanoseconds.</param>
    /// <returns>Index of the leg for which it is rejected; null if it is not, or not for a single leg.</returns>
    public int? Enter(ImmutableArray<SubmitOrder> legs, BookMachine[] books, long now)
    {
        if (Judge(legs, books, now, out var at) is not RejectReason.None and var reason)
        {
            for (var i = 0; i < legs.Length; i++)
            {
                record(books[i], books[i].Decline(legs[i], reason, now));
            }

            return at;
        }

        var terms = TermsOf(legs[0])!;
        var strategy = new Strategy(terms, [.. legs.Select((order, i) =>
            new OpenLeg(terms.Legs[i], books[i], In(books[i]).EnterAside(order, now)))])
        { Arrival = ++_arrivals };
        if (legs[0].TimeInForce == TimeInForce.FillOrKill && UnitsWithin(strategy) < strategy.UnitsLeft)
        {
            Close(strategy, EndReason.FillOrKill, now);
        }
        else
        {
            Trade(strategy, OpenLimit, now);
            Remain(strategy, legs[0].TimeInForce, now);
        }

        RecordActs();
        return null;
    }

    /// <summary>
    /// Enters an order with which multi-leg orders would trade at a better price than its book; at each price its own
    /// book comes first (RULES 16.3). Does nothing and returns false if they would not.
    /// </summary>
    public bool TryEnter(BookMachine book, SubmitOrder order, long now)
    {
        if (_open.Count == 0 || !MayMeetStrategies(book, order) || Implied(book, order, order.QuantityLots) is null
            || book.Judge(order, now) != RejectReason.None)
        {
            return false;
        }

        var ticket = In(book).EnterAside(order, now);
        var swept = 0L;
        while (book.IsOpen(ticket) && Implied(book, order, ticket.LeavesLots) is { } offer)
        {
            if (!Reaches(order.Side, offer.PriceTicks, book.Core.FirstPriceFor(order.Side, ticket.LeavesLots)))
            {
                Meet(book, ticket, in offer, now);
                continue;
            }

            // The quantity that the book did not trade is outside its band, and ends the order there (RULES 12.3).
            if (offer.PriceTicks == swept)
            {
                break;
            }

            swept = offer.PriceTicks;
            book.Sweep(ticket, swept, now);
        }

        if (book.IsOpen(ticket))
        {
            book.Proceed(ticket, now);
        }

        EndPhase(now);
        TradeOn([.. _open], now);
        RecordActs();
        return true;
    }

    /// <summary>
    /// Ends multi-leg orders that lost a leg, and trades those whose cost has fallen within their net price.
    /// </summary>
    /// <param name="symbol">The book that a command has changed.</param>
    /// <param name="now">Unix nanoseconds.</param>
    public void Follow(string symbol, long now) => Follow(strategy => HasLegIn(strategy, symbol), now);

    /// <summary>Does the same as <see cref="Follow(string, long)"/> after a change in all books.</summary>
    /// <param name="now">Unix nanoseconds.</param>
    public void FollowAll(long now)
    {
        _open.ForEach(strategy => strategy.MayBeKeptApart = true);
        Follow(_ => true, now);
    }

    private void Follow(Func<Strategy, bool> concerns, long now)
    {
        if (_open.Count + _lame.Count == 0)
        {
            return;
        }

        var expired = ExpireDue(now);
        _lame.ForEach(strategy => Close(strategy, EndReason.List, now));
        _lame.Clear();
        var touched = _open.Where(strategy => expired || concerns(strategy)).ToArray();
        foreach (var strategy in touched.Where(strategy => !strategy.IsWhole))
        {
            Close(strategy, EndReason.List, now);
            _open.Remove(strategy);
        }

        TradeOn(touched, now);
        RecordActs();
    }

    /// <summary>Notes that something is done in a book, so that it has a record to give.</summary>
    private BookMachine In(BookMachine book)
    {
        if (!_acting.Contains(book))
        {
            _acting.Add(book);
        }

        return book;
    }

    /// <summary>Ends a taker's phase: the consequences of its trades in all its books follow now (RULES 3).</summary>
    private void EndPhase(long now) => _acting.ForEach(book => book.EndPhase(now));

    private void RecordActs()
    {
        foreach (var book in _acting)
        {
            record(book, book.EndActs()!);
        }

        _acting.Clear();
    }

    /// <summary>Handles the remainder of a multi-leg order.</summary>
    private void Remain(Strategy strategy, TimeInForce time, long now)
    {
        if (strategy.UnitsLeft > 0 && time is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill)
        {
            Close(strategy, EndReason.ImmediateOrCancel, now);
        }
        else if (strategy.UnitsLeft > 0)
        {
            Insert(strategy);
        }

        EndPhase(now);
        TradeOn([.. _open], now);
    }

    /// <summary>
    /// Trades an incoming order with a waiting multi-leg order, which takes quotes in its other books.
    /// </summary>
    private void Meet(BookMachine book, OrderTicket ticket, in ImpliedOffer offer, long now)
    {
        foreach (var (leg, price) in offer.Strategy.Legs.Zip(offer.Prices))
        {
            var lots = offer.Units * leg.Terms.Lots;
            if (leg.Book == book)
            {
                book.Cross(ticket, leg.Ticket, offer.PriceTicks, lots, now);
            }
            else
            {
                In(leg.Book).TakeQuotes(leg.Ticket, price, lots, now);
            }
        }

        RemoveIfDone(offer.Strategy);
    }

    /// <summary>
    /// Expires due orders of a book before a leg there does anything, including its end. The legs of an order share one
    /// expiry, and when the first book has reached it, the others have not.
    /// </summary>
    private bool ExpireDue(long now)
    {
        var expired = false;
        foreach (var strategy in _open.Concat(_lame))
        {
            foreach (var leg in strategy.Legs)
            {
                if (leg.Book.IsExpiryDue(now))
                {
                    leg.Book.Operate(new AdvanceTime(), now, out var due);
                    record(leg.Book, due!);
                    expired = true;
                }
            }
        }

        return expired;
    }

    /// <summary>
    /// Trades waiting multi-leg orders until none can trade: with quotes that have come within their net price, and
    /// with opposite orders that are no longer kept apart.
    /// </summary>
    /// <param name="next">Orders to check first, grouped by kind.</param>
    /// <param name="now">Unix nanoseconds.</param>
    private void TradeOn(IReadOnlyList<Strategy> next, long now)
    {
        while (FirstThatCanTrade(next) is { } strategy)
        {
            Trade(strategy, ContrasFor(strategy), now);
            EndPhase(now);
            RemoveIfDone(strategy);
            next = [.. _open];
        }
    }

    /// <summary>
    /// Returns the earliest of the best orders of each kind that can trade: prices of different kinds do not compare.
    /// </summary>
    private Strategy? FirstThatCanTrade(IReadOnlyList<Strategy> among)
    {
        Strategy? first = null;
        for (var i = 0; i < among.Count; i++)
        {
            if (Finds(among[i], ContrasFor(among[i])).IsNothing)
            {
                continue;
            }

            first = first is null || among[i].Arrival < first.Arrival ? among[i] : first;
            while (i + 1 < among.Count && among[i + 1].IsOfKind(among[i]))
            {
                i++;
            }
        }

        return first;
    }

    private static int ContrasFor(Strategy waiting) => waiting.MayBeKeptApart ? ContrasAsked : 0;

    private static StrategyTerms? TermsOf(SubmitOrder order) => order.Conditions.Decode()?.Strategy;

    private static bool HasLegIn(Strategy strategy, string symbol) =>
        Array.Exists(strategy.Legs, leg => leg.Terms.Symbol == symbol);

    /// <summary>Returns true if a price is no worse than a limit for a taker of a side; 0 is no price.</summary>
    private static bool Reaches(Side side, long limit, long price) =>
        price != 0 && (side == Side.Buy ? price <= limit : price >= limit);

    private RejectReason Judge(ImmutableArray<SubmitOrder> legs, BookMachine[] books, long now, out int? at)
    {
        at = null;
        var terms = TermsOf(legs[0]);
        if (books.Distinct().Count() != books.Length)
        {
            return RejectReason.BadRequest;
        }

        for (var i = 0; i < legs.Length; i++)
        {
            var own = TermsOf(legs[i]);
            if (terms is null || own != terms with { Leg = i } || legs.Length != terms.Legs.Length
                || terms.Legs[i].Symbol != books[i].Symbol || legs[i].Type != OrderType.Leg
                || legs[i].Side != terms.Legs[i].Side
                || legs[i].QuantityLots != legs[0].QuantityLots / terms.Legs[0].Lots * terms.Legs[i].Lots)
            {
                return RejectReason.BadRequest;
            }
        }

        for (var i = 0; i < legs.Length; i++)
        {
            if (books[i].Judge(legs[i], now) is not RejectReason.None and var reason)
            {
                at = i;
                return reason;
            }
        }

        return _open.Count >= OpenLimit ? RejectReason.TooManyOrders : RejectReason.None;
    }

    /// <summary>Trades a multi-leg order with quotes and with a maximum number of opposite orders.</summary>
    private void Trade(Strategy taker, int contras, long now)
    {
        while (Finds(taker, contras) is { IsNothing: false } found)
        {
            if (found.Maker is { } maker)
            {
                Cross(taker, maker, found.Prices, now);
            }
            else
            {
                Take(taker, found.Units, found.Prices, now);
            }
        }
    }

    /// <summary>
    /// The next trade of a multi-leg order and the legs' prices: with an opposite order, or units of the quotes.
    /// </summary>
    private readonly record struct Finding(Strategy? Maker, long Units, long[] Prices)
    {
        public bool IsNothing => Prices is null;
    }

    private Finding Finds(Strategy taker, int contras)
    {
        if (taker.UnitsLeft == 0 || !taker.IsWhole)
        {
            return default;
        }

        var contra = contras == 0 ? null : Contra(taker, contras);
        var quotes = StrategyPrices.FromQuotes(taker, taker.UnitsLeft);
        return contra is var (maker, prices) && (quotes is null || -maker.Terms.Net <= quotes.Value.Cost)
            ? new Finding(maker, 0, prices)
            : quotes is { } found && found.Cost <= taker.Terms.Net ? new Finding(null, found.Units, found.Prices)
            : default;
    }

    private void Take(Strategy taker, long units, long[] prices, long now)
    {
        for (var i = 0; i < taker.Legs.Length; i++)
        {
            var leg = taker.Legs[i];
            In(leg.Book).TakeQuotes(leg.Ticket, prices[i], units * leg.Terms.Lots, now);
        }
    }

    private void Cross(Strategy taker, Strategy maker, long[] prices, long now)
    {
        var units = Math.Min(taker.UnitsLeft, maker.UnitsLeft);
        for (var i = 0; i < taker.Legs.Length; i++)
        {
            var leg = taker.Legs[i];
            In(leg.Book).Cross(leg.Ticket, maker.Legs[i].Ticket, prices[i], units * leg.Terms.Lots, now);
        }

        RemoveIfDone(maker);
    }

    /// <summary>Returns the best opposite order with which one can trade, and the legs' prices.</summary>
    private (Strategy Maker, long[] Prices)? Contra(Strategy taker, int most)
    {
        // Orders are kept apart while one of their books does not match.
        var isKeptApart = !taker.IsTrading;
        taker.MayBeKeptApart = true;
        foreach (var maker in Contras(taker).Take(most))
        {
            if (StrategyPrices.Between(taker, maker) is { } prices)
            {
                return (maker, prices);
            }

            isKeptApart = true;
        }

        taker.MayBeKeptApart = isKeptApart;
        return null;
    }

    /// <summary>Returns earlier opposite orders whose net prices cross, best first.</summary>
    private IEnumerable<Strategy> Contras(Strategy taker) => taker.IsTrading
        ? _open.Where(
            maker => maker.Key == taker.Key && maker.Direction != taker.Direction && maker.Arrival < taker.Arrival
            && maker.Terms.Net + taker.Terms.Net >= 0 && !AreOfOneOwner(maker, taker))
        : [];

    // For orders of the same legs, which are in the same sequence.
    private static bool AreOfOneOwner(Strategy maker, Strategy taker)
    {
        for (var i = 0; i < maker.Legs.Length; i++)
        {
            if (maker.Legs[i].Party == taker.Legs[i].Party)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns the units that a multi-leg order could trade at once, within its net price.</summary>
    private Int128 UnitsWithin(Strategy taker)
    {
        Int128 units = StrategyPrices.UnitsInQuotes(taker);
        foreach (var maker in Contras(taker))
        {
            units += StrategyPrices.Between(taker, maker) is null ? 0 : maker.UnitsLeft;
        }

        return units;
    }

    /// <summary>
    /// Returns true if an order may trade with multi-leg orders: a limit or market order without conditions.
    /// </summary>
    private static bool MayMeetStrategies(BookMachine book, SubmitOrder order) =>
        order is { Conditions: null, PostOnly: false, ReplacesNumber: 0, Type: OrderType.Limit or OrderType.Market }
        && order.TimeInForce is TimeInForce.GoodTillCancel or TimeInForce.Day or TimeInForce.ImmediateOrCancel
        && book.Core.Phase == TradingPhase.Continuous
        // Protection and dynamic band measure a matching phase, and would restart with each part of it.
        && book.Core.Rules is { ProtectionTicks: null, DynamicBandBasisPoints: null }
        && HasPlaceFor(book.Core, order);

    /// <summary>
    /// Returns true if the remainder of an order is sure to find a place in the book. After a trade with a multi-leg
    /// order, it may no longer meet the orders that it would meet in its book alone.
    /// </summary>
    private static bool HasPlaceFor(OrderBook book, SubmitOrder order) =>
        order.Type == OrderType.Market || order.TimeInForce == TimeInForce.ImmediateOrCancel
        || book.LevelCount(order.Side) < book.MaxLevels || book.LevelAt(order.Side, order.PriceTicks).Orders > 0;

    /// <summary>
    /// Returns the best price that a waiting multi-leg order and the quotes of its other legs give an order. At one
    /// price, the highest net price of each kind comes first, then the earliest arrival.
    /// </summary>
    private ImpliedOffer? Implied(BookMachine book, SubmitOrder order, long lots)
    {
        ImpliedOffer? best = null;
        ImpliedOffer? ofKind = null;
        var party = book.PartyOf(order.Account);
        foreach (var strategy in _open)
        {
            if (Array.Exists(strategy.Legs, leg => leg.Book == book && leg.Party == party)
                || StrategyPrices.OfferIn(strategy, book, order.Side, lots) is not { } offer
                || !Reaches(order.Side, order.PriceTicks, offer.PriceTicks))
            {
                continue;
            }

            if (ofKind is { } before && before.Strategy.IsOfKind(strategy))
            {
                ofKind = IsBetter(in offer, in before) ? offer : before;
                continue;
            }

            best = Better(best, ofKind);
            ofKind = offer;
        }

        return Better(best, ofKind);

        bool IsBetter(in ImpliedOffer one, in ImpliedOffer other) =>
            one.PriceTicks != other.PriceTicks && Reaches(order.Side, other.PriceTicks, one.PriceTicks);

        ImpliedOffer? Better(ImpliedOffer? before, ImpliedOffer? one) =>
            before is not { } a ? one
            : one is not { } b || IsBetter(in a, in b) ? before
            : IsBetter(in b, in a) || b.Strategy.Arrival < a.Strategy.Arrival ? one
            : before;
    }

    private void Close(Strategy strategy, EndReason reason, long now)
    {
        foreach (var leg in strategy.Legs)
        {
            if (leg.IsOpen)
            {
                In(leg.Book).CloseLeg(leg.Ticket, reason, now);
            }
        }
    }

    private void RemoveIfDone(Strategy strategy)
    {
        if (strategy.UnitsLeft == 0)
        {
            _open.Remove(strategy);
        }
    }

    private void Insert(Strategy strategy)
    {
        var at = _open.FindIndex(other => IsBefore(strategy, other));
        _open.Insert(at < 0 ? _open.Count : at, strategy);
    }

    private static bool IsBefore(Strategy first, Strategy second)
    {
        var byKey = string.CompareOrdinal(first.Key, second.Key);
        return byKey != 0 ? byKey < 0
            : first.Direction != second.Direction ? first.Direction < second.Direction
            : first.Terms.Net != second.Terms.Net ? first.Terms.Net > second.Terms.Net
            : first.Arrival < second.Arrival;
    }
}
