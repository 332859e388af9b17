using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>One leg of an open strategy order.</summary>
/// <param name="Terms">What one unit buys or sells of it.</param>
/// <param name="Book">Its book.</param>
/// <param name="Ticket">Its order there.</param>
internal readonly record struct OpenLeg(StrategyLeg Terms, BookMachine Book, OrderTicket Ticket)
{
    /// <summary>+1 for a leg that pays, -1 for one that receives.</summary>
    public int Sign => Terms.Side == Side.Buy ? 1 : -1;

    /// <summary>What a tick of it is worth in one unit, in minor units of the quote asset.</summary>
    public Int128 Step => (Int128)Book.Instrument!.TickLotValue * Terms.Lots;

    /// <summary>The lowest price it may trade at now, in ticks: its worst one if it sells, and the bands of its book.</summary>
    public long Lowest => Math.Max(Book.Core.TradingBand.LowTicks, Terms.Side == Side.Sell ? Ticket.Order.PriceTicks : 1);

    /// <summary>The highest price it may trade at now, in ticks: its worst one if it buys, and the bands of its book.</summary>
    public long Highest => Math.Min(Book.Core.TradingBand.HighTicks, Terms.Side == Side.Buy ? Ticket.Order.PriceTicks : Instrument.PriceTicksLimit);

    /// <summary>Whose it is, as its book compares: orders of one party never meet within strategies.</summary>
    public long Party => Book.PartyOf(Ticket.Order.Account);

    /// <summary>Whether it is open in its book.</summary>
    public bool IsOpen => Book.IsOpen(Ticket);

    /// <summary>Whether its book matches.</summary>
    public bool IsTrading => Book.Core.Phase == TradingPhase.Continuous;
}

/// <summary>An open strategy order: its legs, which have always traded the same number of units.</summary>
internal sealed class Strategy
{
    /// <summary>The strategy of these legs, in any sequence.</summary>
    public Strategy(StrategyTerms terms, IEnumerable<OpenLeg> legs)
    {
        Terms = terms;
        Legs = [.. legs.OrderBy(leg => leg.Terms.Symbol, StringComparer.Ordinal)];
        var first = Legs[0].Terms.Side;
        Key = string.Join(' ', Legs.Select(
            leg => $"{leg.Terms.Symbol}{(leg.Terms.Side == first ? '+' : '-')}{leg.Terms.Lots}"));
    }

    /// <summary>What it is.</summary>
    public StrategyTerms Terms { get; }

    /// <summary>Its legs, by symbol.</summary>
    public OpenLeg[] Legs { get; }

    /// <summary>The same for all strategies of the same legs, this way round or the other.</summary>
    public string Key { get; }

    /// <summary>Which way round it is.</summary>
    public Side Direction => Legs[0].Terms.Side;

    /// <summary>Whether it is of the same legs and the same way round: their net prices compare.</summary>
    public bool IsOfKind(Strategy other) => Key == other.Key && Direction == other.Direction;

    /// <summary>When it came, among those of its group.</summary>
    public long Arrival { get; set; }

    /// <summary>Units it has open.</summary>
    public long UnitsLeft => Legs[0].Ticket.LeavesLots / Legs[0].Terms.Lots;

    /// <summary>Whether all of its legs are open, by the same number of units.</summary>
    public bool IsWhole => Legs.Length == Terms.Legs.Length && IsEven;

    /// <summary>Whether those of its legs that are there are open by the same number of units.</summary>
    public bool IsEven => Array.TrueForAll(Legs, leg => leg.IsOpen && leg.Ticket.LeavesLots == UnitsLeft * leg.Terms.Lots);

    /// <summary>
    /// Whether one the other way round may be there for it that it could not trade with: their worst prices and the bands
    /// of the books left them none. Bands move with the last price, and it is asked again. So of one that came back, or
    /// whose owner changed: nobody has asked.
    /// </summary>
    public bool MayBeKeptApart { get; set; } = true;

    /// <summary>Whether all of its books match.</summary>
    public bool IsTrading => Array.TrueForAll(Legs, leg => leg.IsTrading);
}
