using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>Flags of an order that matching needs; kept beside its place in the queue.</summary>
[Flags]
internal enum Traits : ushort
{
    None = 0,

    /// <summary>It has an entry among the book's conditions, so that trades with it take the slow path.</summary>
    Conditional = 1,

    /// <summary>Not displayed: hidden, all-or-none, midpoint peg.</summary>
    Hidden = 2,

    /// <summary>Displays one slice at a time.</summary>
    Iceberg = 4,

    /// <summary>Trades whole or not at all.</summary>
    AllOrNone = 8,

    /// <summary>Belongs to a list.</summary>
    Listed = 16,

    /// <summary>Follows the quotes.</summary>
    Peg = 32,

    /// <summary>A market order that waits for an auction.</summary>
    MarketOrder = 64,

    /// <summary>Ends with the day.</summary>
    Day = 128,

    /// <summary>Ends with the opening auction.</summary>
    AtTheOpening = 256,

    /// <summary>Ends with the closing auction.</summary>
    AtTheClose = 512,

    /// <summary>Takes nothing when it enters. An all-or-none order that is woken later may take.</summary>
    PostOnly = 1024,

    /// <summary>Post-only that slides away.</summary>
    Slide = 2048,

    /// <summary>Mask of the flags. The bits above hold its <see cref="SelfTradePrevention"/>.</summary>
    Flags = 4095,
}

/// <summary>Role of an order in its list.</summary>
internal enum ListRole : byte
{
    None = 0,
    Parent = 1,

    /// <summary>Member of a one-cancels-other pair.</summary>
    Leg = 2,

    /// <summary>The only child of a parent.</summary>
    Child = 3,
}

/// <summary>Conditions of an order beyond a plain limit order. Each open order that needs them has one entry.</summary>
internal struct Conditions
{
    public OrderType Type;
    public TimeInForce TimeInForce;
    public TriggerReference Reference;
    public PegReference Peg;
    public ListRole Role;

    /// <summary>True once a stop or take-profit has triggered; it is a market or limit order from then on.</summary>
    public bool Triggered;

    /// <summary>True for a peg that left the book to move. If it cannot return, an event must report that.</summary>
    public bool WasResting;

    /// <summary>True if it ends within this command anyway, so that its end is reported only once.</summary>
    public bool Ending;

    /// <summary>True if a dividend leaves its prices unchanged.</summary>
    public bool KeepsPrice;

    /// <summary>True once a trailing stop has passed its activation price.</summary>
    public bool Follows;

    public int TrailBasisPoints;

    /// <summary>Index of the list; 0 for none. In a free entry: index of the next free one.</summary>
    public int List;

    /// <summary>Limit, cap or protection as entered, in ticks; 0 for none.</summary>
    public long Price;

    /// <summary>Iceberg: display quantity, then quantity displayed now, in lots.</summary>
    public long Display;
    public long Shown;

    public long Minimum;
    public long Trigger;
    public long TrailTicks;
    public long Activation;
    public long LimitOffset;

    /// <summary>Trailing: the best reference price since it follows, in ticks; 0 before the first.</summary>
    public long Peak;

    /// <summary>Number of the first print that counts for it.</summary>
    public long ArmedAtPrint;

    /// <summary>
    /// True if it is armed and a print from before an adjustment of its prices reached it. It triggers as soon as the
    /// book matches.
    /// </summary>
    public bool IsDue;

    public long PegOffset;

    /// <summary>Protection, in ticks; -1 for none.</summary>
    public long Protection;

    /// <summary>Remaining amount, in ticks times lots; -1 for none.</summary>
    public long Amount;

    public long Expiry;

    /// <summary>Lots removed by self-trade prevention.</summary>
    public long Prevented;
}

/// <summary>A list of orders that depend on each other. Members are slots; 0 if that order has ended.</summary>
internal struct OrderList
{
    public OrderListKind Kind;
    public int Alive;
    public int Parent;
    public int FirstLeg;
    public int SecondLeg;

    /// <summary>Public id of its first order. In a free entry: index of the next free one.</summary>
    public long FirstId;
}
