using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Scenarios;

/// <summary>An order as a scenario writes it. The run fills in account and owner of the terms.</summary>
public sealed record ScenarioOrder(string Name, NewOrder Terms, string? Owner, string? Account);

/// <summary>Book settings of a scenario; null if not named.</summary>
public sealed record ScenarioSettings
{
    public long? Last { get; init; }

    public long? StaticReference { get; init; }

    public long? Mark { get; init; }

    public TradingPhase? Phase { get; init; }

    public int? MaxLevels { get; init; }

    public long? MinPriceTicks { get; init; }

    public long? MaxPriceTicks { get; init; }

    public long? ProtectionTicks { get; init; }

    public int? StaticBand { get; init; }

    public int? DynamicBand { get; init; }

    public BandMode? Mode { get; init; }

    public int? Collar { get; init; }

    public int? MaxExtensions { get; init; }

    /// <summary>Returns the rules, overridden by the settings named here.</summary>
    public BookRules Over(BookRules rules) => rules with
    {
        MinPriceTicks = MinPriceTicks ?? rules.MinPriceTicks,
        MaxPriceTicks = MaxPriceTicks ?? rules.MaxPriceTicks,
        ProtectionTicks = ProtectionTicks ?? rules.ProtectionTicks,
        StaticBandBasisPoints = StaticBand ?? rules.StaticBandBasisPoints,
        DynamicBandBasisPoints = DynamicBand ?? rules.DynamicBandBasisPoints,
        DynamicBandMode = Mode ?? rules.DynamicBandMode,
        AuctionCollarBasisPoints = Collar ?? rules.AuctionCollarBasisPoints,
        MaxExtensions = MaxExtensions ?? rules.MaxExtensions,
    };
}

/// <summary>A command of a scenario.</summary>
/// <param name="Subject">Subject named by its rejection.</param>
public abstract record ScenarioCommand(string Subject)
{
    /// <summary>Text as written.</summary>
    public string Text { get; init; } = "";

    /// <summary>Time of the command; null for that of the previous one.</summary>
    public long? Time { get; init; }

    /// <summary>Alternative subject that its rejection may name.</summary>
    public string? OtherSubject { get; init; }
}

public sealed record NewCommand(ScenarioOrder Order) : ScenarioCommand(Order.Name);

public sealed record ListCommand(OrderListKind Kind, string Name, IReadOnlyList<ScenarioOrder> Legs)
    : ScenarioCommand(Name);

public sealed record CancelCommand(string Name) : ScenarioCommand(Name);

public enum MassVerb
{
    Cancel,
    Kill,
    Unblock,
}

public sealed record MassCommand(MassVerb Verb, string Word, string? Owner, string? Account, Side? Side)
    : ScenarioCommand(Word);

public sealed record AmendCommand(string Name, Amendment Amendment) : ScenarioCommand(Name);

/// <summary>Replaces an order. A rejection names the new order, or the old one if that failed.</summary>
public sealed record ReplaceCommand(ReplaceMode Mode, string Old, ScenarioOrder Order) : ScenarioCommand(Order.Name);

public sealed record PhaseCommand(TradingPhase Phase) : ScenarioCommand("state");

public sealed record MarkCommand(long PriceTicks) : ScenarioCommand("mark");

public sealed record ReferenceCommand(long PriceTicks) : ScenarioCommand("static");

public sealed record LastCommand(long PriceTicks) : ScenarioCommand("last");

public sealed record AdjustCommand(OrderAdjustment Adjustment) : ScenarioCommand("split");

public sealed record TimeCommand() : ScenarioCommand("time");

public sealed record BustCommand(long Trade) : ScenarioCommand("bust");

public sealed record CorrectCommand(long Trade, long PriceTicks) : ScenarioCommand("correct");

public sealed record RulesCommand(ScenarioSettings Settings) : ScenarioCommand("rules");
