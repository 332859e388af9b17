using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

/// <summary>Composition of a flow: weights, in per mille unless stated otherwise.</summary>
internal sealed record FlowProfile(string Name)
{
    /// <summary>All profiles; a seed takes the one at seed modulo their number.</summary>
    public static IReadOnlyList<FlowProfile> All { get; } =
    [
        new("everything"),
        new("pegs and all-or-none")
        {
            Types = new(Limit: 60, Market: 6, Pegged: 25, Stops: 3, TakeProfits: 1, Trailing: 2),
            AllOrNone = 250, Hidden = 120, Display = 80, Lists = 20, Owners = 2, Phases = 4,
        },
        new("stops and lists")
        {
            Types = new(Limit: 45, Market: 10, Pegged: 2, Stops: 20, TakeProfits: 10, Trailing: 15),
            Lists = 220, Marks = 40, AllOrNone = 20, Hidden = 20, Target = 24,
        },
        new("auctions and bands")
        {
            Types = new(Limit: 65, Market: 18, Pegged: 4, Stops: 6, TakeProfits: 2, Trailing: 3),
            Phases = 60, Rules = 20, Auctions = 150, Display = 120, Hidden = 80, AllOrNone = 40, BandsOn = 70,
        },
        new("self trade")
        {
            Types = new(Limit: 75, Market: 10, Pegged: 5, Stops: 6, TakeProfits: 2, Trailing: 2),
            Owners = 2, OwnerlessPercent = 10, SelfTradePercent = 85, Lists = 80, Display = 150, AllOrNone = 60,
        },
        new("icebergs, hidden and amendments")
        {
            Types = new(Limit: 85, Market: 7, Pegged: 6, Stops: 2, TakeProfits: 0, Trailing: 0),
            Display = 350, Hidden = 200, AllOrNone = 80, Amends = 250, Replaces = 80, Phases = 6,
        },
        new("days and dates")
        {
            Types = new(Limit: 60, Market: 8, Pegged: 8, Stops: 10, TakeProfits: 4, Trailing: 6),
            Dates = 500, Phases = 50, Lists = 100, Times = 60, MassCancels = 20,
        },
        new("few levels and low prices")
        {
            Types = new(Limit: 70, Market: 8, Pegged: 12, Stops: 4, TakeProfits: 2, Trailing: 4),
            Centre = 6, Spread = 5, MaxLevels = 3, Target = 14, PostOnly = 150, Rules = 15,
        },
        new("wrong and stale")
        {
            Wild = 250, StaleIds = 250, Rules = 15, Phases = 20,
        },
        new("bands that stop the cascade")
        {
            Types = new(Limit: 45, Market: 10, Pegged: 8, Stops: 25, TakeProfits: 5, Trailing: 7),
            BandsOn = 95, BandTicks = 2, Lists = 220, Phases =
                15, StopsAtOnce = 350, Spread = 5, Target = 26, Rules = 8, Hidden = 80, AllOrNone = 60, Legs = 15,
            Adjustments = 0,
        },
        new("large prices and lots of tens")
        {
            Centre = 1L << 46, Spread = 8, Lots = 60, Display = 120, Target = 30,
        },
        new("dense book")
        {
            Target = 45, Spread = 5, Lots = 25, Types = new(
                Limit: 72, Market: 8, Pegged: 10, Stops: 5, TakeProfits: 2, Trailing: 3),
        },
        // Orders without conditions in a book without rules: the short path.
        Plain("plain", centre: 10_000, spread: 12),
        Plain("plain, on few levels", centre: 10_000, spread: 30) with { MaxLevels = 5 },
        Plain("plain, far apart", centre: 1L << 40, spread: 1_000_000) with { Far = 40 },
        Plain("plain, at the highest prices", centre: Instrument.PriceTicksLimit - 5, spread: 20) with
        {
            MaxLevels = 4,
            Far = 10,
        },
        // The same among a few orders with conditions.
        Plain("plain among others", centre: 10_000, spread: 8) with
        {
            Types = new(Limit: 86, Market: 8, Pegged: 1, Stops: 3, TakeProfits: 1, Trailing: 1),
            Display = 40, Dates = 30, SelfTradePercent = 5, Lists = 5, Amends = 60,
        },
        new("far and wild") { Far = 60, Wild = 80, Rules = 10, Phases = 20 },
        new("legs of strategies")
        {
            Types = new(Limit: 60, Market: 5, Pegged: 12, Stops: 12, TakeProfits: 4, Trailing: 7),
            Legs = 450, LegsTarget = 8, Lists = 160, Display = 160, Owners = 2, OwnerlessPercent = 20, Target = 30,
            Hidden = 80, AllOrNone = 80, Dates = 250, Rules = 5, BandsOn = 70, SelfTradePercent = 70, Adjustments = 1,
        },
        Plain("legs among plain orders", centre: 10_000, spread: 8) with
        {
            Legs = 400,
            SelfTradePercent = 10,
            Target = 40,
        },
        new("all-or-none on both sides")
        {
            Types = new(Limit: 74, Market: 4, Pegged: 6, Stops: 10, TakeProfits: 4, Trailing: 2),
            AllOrNone = 600, Hidden = 150, Display = 250, MinimumLots = 120, Owners = 2, SelfTradePercent = 50,
            OwnerlessPercent = 30, Target = 45, Spread = 4, Amends = 90, Phases = 6, BandsOn = 50, Rules = 6,
        },
    ];

    private static FlowProfile Plain(string name, long centre, int spread) => new(name)
    {
        Types = new(Limit: 92, Market: 8, Pegged: 0, Stops: 0, TakeProfits: 0, Trailing: 0),
        Centre = centre,
        Spread = spread,
        Target = 28,
        Lots = 30,
        SelfTradePercent = 0,
        Protections = 0,
        Amounts = 0,
        AllOrNone = 0,
        Hidden = 0,
        Display = 0,
        MinimumLots = 0,
        PostOnly = 120,
        Auctions = 0,
        Dates = 0,
        Lists = 0,
        Amends = 30,
        Replaces = 150,
        Reductions = 120,
        MassCancels = 1,
        Phases = 0,
        Rules = 0,
        Adjustments = 1,
        Marks = 0,
        Blocks = 0,
        Times = 0,
        Legs = 12,
    };

    public FlowTypes Types { get; init; } = new(
        Limit: 62, Market: 10, Pegged: 9, Stops: 9, TakeProfits: 4, Trailing: 6);

    public int Target { get; init; } = 18;

    public long Centre { get; init; } = 1_000;

    public int Spread { get; init; } = 7;

    public int Lots { get; init; } = 12;

    public int MaxLevels { get; init; } = 100_000;

    public int Owners { get; init; } = 3;

    public int OwnerlessPercent { get; init; } = 40;

    public int SelfTradePercent { get; init; } = 60;

    /// <summary>Share of the rules with a band, in percent.</summary>
    public int BandsOn { get; init; } = 30;

    /// <summary>Approximate narrowest band, in ticks.</summary>
    public int BandTicks { get; init; } = 4;

    public int AllOrNone { get; init; } = 70;

    public int Hidden { get; init; } = 70;

    public int Display { get; init; } = 100;

    public int MinimumLots { get; init; } = 40;

    public int PostOnly { get; init; } = 70;

    public int Auctions { get; init; } = 40;

    public int Dates { get; init; } = 120;

    public int Lists { get; init; } = 60;

    public int Amends { get; init; } = 110;

    public int Replaces { get; init; } = 40;

    public int MassCancels { get; init; } = 5;

    public int Phases { get; init; } = 12;

    public int Rules { get; init; } = 5;

    /// <summary>Splits and dividends; more of them while the book stands still.</summary>
    public int Adjustments { get; init; } = 4;

    public int Marks { get; init; } = 15;

    public int Blocks { get; init; } = 2;

    public int Reductions { get; init; } = 20;

    /// <summary>Market orders with a protection price or distance.</summary>
    public int Protections { get; init; } = 150;

    /// <summary>Market orders by amount.</summary>
    public int Amounts { get; init; } = 200;

    /// <summary>Orders with any price.</summary>
    public int Far { get; init; }

    /// <summary>Stop-limits that are IOC, FOK or post-only.</summary>
    public int StopsAtOnce { get; init; } = 150;

    public int Times { get; init; } = 12;

    /// <summary>Commands about legs of strategies.</summary>
    public int Legs { get; init; } = 70;

    /// <summary>Approximate number of legs aside.</summary>
    public int LegsTarget { get; init; } = 4;

    /// <summary>Orders that may trade with legs, among the commands about legs.</summary>
    public int Admitted { get; init; } = 350;

    public int Wild { get; init; } = 12;

    public int StaleIds { get; init; } = 40;
}

/// <summary>Weights of the order types.</summary>
internal sealed record FlowTypes(int Limit, int Market, int Pegged, int Stops, int TakeProfits, int Trailing)
{
    public int Sum => Limit + Market + Pegged + Stops + TakeProfits + Trailing;

    public OrderType Draw(Random random)
    {
        var draw = random.Next(Sum);
        var limited = random.Next(2) == 0;
        if ((draw -= Limit) < 0)
            return OrderType.Limit;
        if ((draw -= Market) < 0)
            return OrderType.Market;
        if ((draw -= Pegged) < 0)
            return OrderType.Pegged;
        if ((draw -= Stops) < 0)
            return limited ? OrderType.StopLimit : OrderType.Stop;
        if (draw - TakeProfits < 0)
            return limited ? OrderType.TakeProfitLimit : OrderType.TakeProfit;
        return limited ? OrderType.TrailingStopLimit : OrderType.TrailingStop;
    }
}
