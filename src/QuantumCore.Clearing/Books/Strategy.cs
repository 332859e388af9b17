using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>A leg of an open multi-leg order.</summary>
/// <param name="Terms">Quantity that one unit buys or sells of its instrument.</param>
/// <param name="Book">Its book.</param>
/// <param name="Ticket">Its order there.</param>
internal readonly record struct OpenLeg(StrategyLeg Terms, BookMachine Book, OrderTicket Ticket)
{
    /// <summary>+1 for a leg that pays, -1 for one that receives.</summary>
    public int Sign => Terms.Side == Side.Buy ? 1 : -1;

    /// <summary>Value of a tick in one unit, in minor units of the quote asset.</summary>
    public Int128 Step => (Int128)Book.Instrument!.TickLotValue * Terms.Lots;

    /// <summary>
    /// Lowest price at which it may trade now, in ticks: its worst price if it sells, and its book's bands.
    /// </summary>
    public long Lowest =>
        Math.Max(Book.Core.TradingBand.LowTicks, Terms.Side == Side.Sell ? Ticket.Order.PriceTicks : 1);

    /// <summary>
    /// Highest price at which it may trade now, in ticks: its worst price if it buys, and its book's bands.
    /// </summary>
    public long Highest =>
        Math.Min(
            Book.Core.TradingBand.HighTicks,
            Terms.Side == Side.Buy ? Ticket.Order.PriceTicks : Instrument.PriceTicksLimit);

    /// <summary>Its owner, as its book compares it: orders of one owner never meet within multi-leg orders.</summary>
    public long Party => Book.PartyOf(Ticket.Order.Account);

    /// <summary>True if it is open in its book.</summary>
    public bool IsOpen => Book.IsOpen(Ticket);

    /// <summary>True if its book matches.</summary>
    public bool IsTrading => Book.Core.Phase == TradingPhase.Continuous;
}

/// <summary>An open multi-leg order. Its legs have always traded the same number of units.</summary>
internal sealed class Strategy
{
    /// <summary>Creates the multi-leg order of these legs, given in any sequence.</summary>
    public Strategy(StrategyTerms terms, IEnumerable<OpenLeg> legs)
    {
        Terms = terms;
        Legs = [.. legs.OrderBy(leg => leg.Terms.Symbol, StringComparer.Ordinal)];
        var first = Legs[0].Terms.Side;
        Key = string.Join(' ', Legs.Select(
            leg => $"{leg.Terms.Symbol}{(leg.Terms.Side == first ? '+' : '-')}{leg.Terms.Lots}"));
    }

    /// <summary>Its terms.</summary>
    public StrategyTerms Terms { get; }

    /// <summary>Its legs, sorted by symbol.</summary>
    public OpenLeg[] Legs { get; }

    /// <summary>Key that is equal for all multi-leg orders of the same legs, in either direction.</summary>
    public string Key { get; }

    /// <summary>Its direction.</summary>
    public Side Direction => Legs[0].Terms.Side;

    /// <summary>Returns true for the same legs in the same direction: their net prices compare.</summary>
    public bool IsOfKind(Strategy other) => Key == other.Key && Direction == other.Direction;

    /// <summary>Its place in the sequence of arrivals in the group.</summary>
    public long Arrival { get; set; }

    /// <summary>Open units.</summary>
    public long UnitsLeft => Legs[0].Ticket.LeavesLots / Legs[0].Terms.Lots;

    /// <summary>True if all of its legs are open, with the same number of units.</summary>
    public bool IsWhole => Legs.Length == Terms.Legs.Length && IsEven;

    /// <summary>True if its present legs are open with the same number of units.</summary>
    public bool IsEven =>
        Array.TrueForAll(Legs, leg => leg.IsOpen && leg.Ticket.LeavesLots == UnitsLeft * leg.Terms.Lots);

    /// <summary>
    /// True if an opposite order may be waiting with which it could not trade, because worst prices and bands left no
    /// price. It is checked again because bands move with the last price. Also true for a restored order and after a
    /// change of owner, until the next check.
    /// </summary>
    public bool MayBeKeptApart { get; set; } = true;

    /// <summary>True if all of its books match.</summary>
    public bool IsTrading => Array.TrueForAll(Legs, leg => leg.IsTrading);
}
