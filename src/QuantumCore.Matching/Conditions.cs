using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>What matching has to know of an order at a glance; kept beside its place in the queue.</summary>
[Flags]
internal enum Traits : ushort
{
    None = 0,

    /// <summary>It has an entry among the book's conditions: as a maker it takes the careful path.</summary>
    Conditional = 1,

    /// <summary>Not displayed: hidden, all-or-none, midpoint peg.</summary>
    Dark = 2,

    /// <summary>Shows a part at a time.</summary>
    Iceberg = 4,

    /// <summary>Trades whole or not at all.</summary>
    AllOrNone = 8,

    /// <summary>Belongs to a list.</summary>
    Listed = 16,

    /// <summary>Follows the quotes.</summary>
    Peg = 32,

    /// <summary>A market order that waits for an auction.</summary>
    AtMarket = 64,

    /// <summary>Ends with the day.</summary>
    Day = 128,

    /// <summary>Ends with the opening auction.</summary>
    AtTheOpening = 256,

    /// <summary>Ends with the closing auction.</summary>
    AtTheClose = 512,

    /// <summary>Takes nothing as it enters; an all-or-none order that is woken later may.</summary>
    PostOnly = 1024,

    /// <summary>Post-only, by moving away.</summary>
    Slide = 2048,

    /// <summary>Above these bits stands its <see cref="SelfTradePrevention"/>.</summary>
    Flags = 4095,
}

/// <summary>Where an order stands in its list.</summary>
internal enum ListRole : byte
{
    None = 0,
    Parent = 1,

    /// <summary>One of a one-cancels-other pair.</summary>
    Leg = 2,

    /// <summary>The only child of a parent.</summary>
    Child = 3,
}

/// <summary>What an order carries beyond a plain limit order. One is held for each open order that needs it.</summary>
internal struct Conditions
{
    public OrderType Type;
    public TimeInForce TimeInForce;
    public TriggerReference Reference;
    public PegReference Peg;
    public ListRole Role;

    /// <summary>A stop or take-profit that has triggered is a market or limit order from then on.</summary>
    public bool Triggered;

    /// <summary>A peg on its way back that was in the book before: if it can't return, that is news.</summary>
    public bool WasResting;

    /// <summary>It ends within this command anyway: nothing that ends with it is told of it twice.</summary>
    public bool Ending;

    /// <summary>A dividend leaves its prices as they are.</summary>
    public bool KeepsPrice;

    /// <summary>A trailing stop has passed its activation price.</summary>
    public bool Follows;

    public int TrailBasisPoints;

    /// <summary>Index of the list; 0 for none. A free entry: the next free one.</summary>
    public int List;

    /// <summary>Limit, cap or protection, as entered; 0 for none.</summary>
    public long Price;

    /// <summary>Iceberg: lots shown at a time, and now.</summary>
    public long Display;
    public long Shown;

    public long Minimum;
    public long Trigger;
    public long TrailTicks;
    public long Activation;
    public long LimitOffset;

    /// <summary>Trailing: the best reference since it follows; 0 before the first.</summary>
    public long Peak;

    /// <summary>Only prints from this one on count for it.</summary>
    public long ArmedAtPrint;

    /// <summary>Armed, and reached by a print from before its prices were adjusted: it triggers as soon as the book matches.</summary>
    public bool IsDue;

    public long PegOffset;

    /// <summary>-1 for none.</summary>
    public long Protection;

    /// <summary>-1 for none.</summary>
    public long Amount;

    public long Expiry;

    /// <summary>Lots that self-trade prevention took off.</summary>
    public long Prevented;
}

/// <summary>Orders that depend on each other. Slots; 0 when that one has ended.</summary>
internal struct OrderList
{
    public OrderListKind Kind;
    public int Alive;
    public int Parent;
    public int FirstLeg;
    public int SecondLeg;

    /// <summary>Public id of its first order. A free entry: the next free one.</summary>
    public long FirstId;
}
