using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>A signal.</summary>
/// <param name="Key">Idempotency key, 1 to 64 printable characters without a space. A key trades once,
/// permanently.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Action">Action.</param>
/// <param name="Quantity">Quantity; null to flatten.</param>
/// <param name="Price">Limit price; null for a market order.</param>
/// <param name="Time">Creation time. The signal is rejected if it is older than its strategy allows. Null: no age
/// limit.</param>
public sealed record Signal(
    string Key,
    string Symbol,
    SignalAction Action,
    decimal? Quantity = null,
    decimal? Price = null,
    DateTimeOffset? Time = null);

/// <summary>Result of a signal in one account.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Code">
/// <c>None</c> if an order was placed, <c>SignalSkipped</c> if the position required none; else the reject reason.
/// </param>
/// <param name="Order">Order placed, if any.</param>
public sealed record SignalOutcome(string Account, string Code, Order? Order = null);

/// <summary>Result of a signal.</summary>
/// <param name="Strategy">Strategy of the signal.</param>
/// <param name="Key">Idempotency key of the signal.</param>
/// <param name="ClientOrderId">Client order id of its orders, as in orders, fills and statements.</param>
/// <param name="Duplicate">True if the signal came before; this is the result of that time.</param>
/// <param name="Accounts">Results by account.</param>
public sealed record SignalReceipt(
    string Strategy, string Key, string ClientOrderId, bool Duplicate, IReadOnlyList<SignalOutcome> Accounts);

/// <summary>An account that follows a strategy.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Percent">Share of each signal's quantity, in percent, 1 to 10,000.</param>
public sealed record SignalTarget(string Account, [property: JsonRequired] int Percent = 100);

/// <summary>A webhook strategy to create or change.</summary>
/// <param name="Accounts">Accounts that follow it, 1 to 20.</param>
public sealed record SignalStrategyTerms(IReadOnlyList<SignalTarget> Accounts)
{
    /// <summary>Symbols it may trade; null for all.</summary>
    public IReadOnlyList<string>? Symbols { get; init; }

    /// <summary>Policy for existing positions.</summary>
    public SignalPolicy Policy { get; init; } = SignalPolicy.Reverse;

    /// <summary>True to accept the secret inside a signal instead of a signature, for tools that cannot sign.</summary>
    public bool Passphrase { get; init; }

    /// <summary>True to give an existing strategy a new secret.</summary>
    public bool NewSecret { get; init; }

    /// <summary>True to stop accepting signals.</summary>
    public bool Closed { get; init; }

    /// <summary>Most new signals in a window; null for 60.</summary>
    public int? MostInWindow { get; init; }

    /// <summary>Length of the sliding window, 1 to 3,600 seconds; null for 60.</summary>
    public int? WindowSeconds { get; init; }

    /// <summary>Consecutive failures that pause the strategy; null for 5.</summary>
    public int? MostFailures { get; init; }

    /// <summary>Length of that pause, 1 to 86,400 seconds; null for 300.</summary>
    public int? PauseSeconds { get; init; }

    /// <summary>Maximum age of a signal, 1 to 86,400 seconds; null for 60.</summary>
    public int? MaxAgeSeconds { get; init; }
}

/// <summary>Current state of a webhook strategy.</summary>
/// <param name="Name">Name of the strategy.</param>
/// <param name="Owner">Account whose holder created it; null if an administrator did.</param>
/// <param name="Secret">Signing secret, shown only when it is new.</param>
/// <param name="Passphrase">True if the secret inside a signal is accepted instead of a signature.</param>
/// <param name="Accounts">Accounts that follow it.</param>
/// <param name="Symbols">Symbols it may trade; empty for all.</param>
/// <param name="Policy">Policy for existing positions.</param>
/// <param name="MostInWindow">Most new signals in a window.</param>
/// <param name="WindowSeconds">Length of the sliding window, in seconds.</param>
/// <param name="MostFailures">Consecutive failures that pause the strategy.</param>
/// <param name="PauseSeconds">Length of that pause, in seconds.</param>
/// <param name="MaxAgeSeconds">Maximum age of a signal, in seconds.</param>
/// <param name="Closed">True if it no longer accepts signals.</param>
/// <param name="Failures">Number of consecutive failures.</param>
/// <param name="PausedUntil">End of the pause; null if not paused.</param>
public sealed record SignalStrategy(
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Owner,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret,
    bool Passphrase,
    IReadOnlyList<SignalTarget> Accounts,
    IReadOnlyList<string> Symbols,
    SignalPolicy Policy,
    int MostInWindow,
    int WindowSeconds,
    int MostFailures,
    int PauseSeconds,
    int MaxAgeSeconds,
    bool Closed,
    int Failures,
    [property: JsonConverter(typeof(PauseTimeText))] DateTimeOffset? PausedUntil);

/// <summary>A signal that was not fully executed.</summary>
/// <param name="Id">Id in the dead-signal list.</param>
/// <param name="Strategy">Strategy of the signal.</param>
/// <param name="Key">Idempotency key of the signal.</param>
/// <param name="ClientOrderId">Client order id of its orders.</param>
/// <param name="Time">Time of the failure, UTC.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="Code">Reject reason.</param>
/// <param name="Detail">Account at fault, or a description; null for none.</param>
/// <param name="Body">Request body, without a passphrase.</param>
public sealed record DeadSignal(
    long Id,
    string Strategy,
    string Key,
    string ClientOrderId,
    UtcTime Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    string Code,
    string? Detail,
    string Body);
