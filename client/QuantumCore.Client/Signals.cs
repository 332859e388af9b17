using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>What a signal asks for.</summary>
public enum SignalAction
{
    /// <summary>To buy.</summary>
    [JsonStringEnumMemberName("buy")] Buy,

    /// <summary>To sell.</summary>
    [JsonStringEnumMemberName("sell")] Sell,

    /// <summary>To have nothing of it.</summary>
    [JsonStringEnumMemberName("flatten")] Flatten,
}

/// <summary>What a signal to buy or to sell does where its account has a position.</summary>
public enum SignalPolicy
{
    /// <summary>Nothing.</summary>
    [JsonStringEnumMemberName("skip")] Skip,

    /// <summary>It trades as it says.</summary>
    [JsonStringEnumMemberName("add")] Add,

    /// <summary>It ends a position of the other side, and begins none.</summary>
    [JsonStringEnumMemberName("flatten")] Flatten,

    /// <summary>It ends a position of the other side and begins its own; to one of its own side it adds nothing.</summary>
    [JsonStringEnumMemberName("reverse")] Reverse,
}

/// <summary>A signal.</summary>
/// <param name="Key">Its own name, 1 to 64 printable characters without a space: the same key is traded once, for ever.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Action">What it asks for.</param>
/// <param name="Quantity">How much; null to flatten.</param>
/// <param name="Price">The limit; null for a market order.</param>
/// <param name="Time">When it was made; it is refused when that is longer ago than its strategy allows. Null: it can't be late.</param>
public sealed record Signal(
    string Key,
    string Symbol,
    SignalAction Action,
    decimal? Quantity = null,
    decimal? Price = null,
    [property: JsonConverter(typeof(UtcTime))] DateTimeOffset? Time = null);

/// <summary>What a signal did in one account.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Code"><c>None</c> where it is an order, <c>SignalSkipped</c> where the position asked for none; else why it was refused.</param>
/// <param name="Order">The order.</param>
public sealed record SignalOutcome(string Account, string Code, Order? Order = null);

/// <summary>What a signal did.</summary>
/// <param name="Strategy">Its strategy.</param>
/// <param name="Key">Its key.</param>
/// <param name="ClientOrderId">The name of its orders: by it they are found in orders, fills and statements.</param>
/// <param name="Duplicate">Whether it had come before: this is what it did then.</param>
/// <param name="Accounts">Account by account.</param>
public sealed record SignalReceipt(
    string Strategy, string Key, string ClientOrderId, bool Duplicate, IReadOnlyList<SignalOutcome> Accounts);

/// <summary>An account that follows a strategy.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Percent">Its share of each signal's quantity, 1 to 10,000.</param>
public sealed record SignalTarget(string Account, int Percent = 100);

/// <summary>A strategy of signals that is to be made or changed.</summary>
/// <param name="Accounts">The accounts that follow it, 1 to 20.</param>
public sealed record SignalStrategyTerms(IReadOnlyList<SignalTarget> Accounts)
{
    /// <summary>What it may trade; null for everything.</summary>
    public IReadOnlyList<string>? Symbols { get; init; }

    /// <summary>What it does with positions.</summary>
    public SignalPolicy Policy { get; init; } = SignalPolicy.Reverse;

    /// <summary>Whether the secret itself, in a signal, will do: for tools that can't sign.</summary>
    public bool Passphrase { get; init; }

    /// <summary>Gives a strategy that there is another secret.</summary>
    public bool NewSecret { get; init; }

    /// <summary>It takes no signals any more.</summary>
    public bool Closed { get; init; }

    /// <summary>New signals in a window at most; null for 60.</summary>
    public int? MostInWindow { get; init; }

    /// <summary>Length of the sliding window, 1 to 3,600 seconds; null for 60.</summary>
    public int? WindowSeconds { get; init; }

    /// <summary>After so many failures in a row it pauses; null for 5.</summary>
    public int? MostFailures { get; init; }

    /// <summary>How long, 1 to 86,400 seconds; null for 300.</summary>
    public int? PauseSeconds { get; init; }

    /// <summary>A signal that is older is refused, 1 to 86,400 seconds; null for 60.</summary>
    public int? MaxAgeSeconds { get; init; }
}

/// <summary>A strategy of signals as it stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Secret">What its signals are signed with: shown when it is new, and never again.</param>
/// <param name="Policy">What it does with positions.</param>
/// <param name="Accounts">The accounts that follow it.</param>
/// <param name="Symbols">What it may trade; empty for everything.</param>
/// <param name="Passphrase">Whether the secret itself, in a signal, will do.</param>
/// <param name="Closed">Whether it takes no signals any more.</param>
/// <param name="Failures">Failures in a row.</param>
/// <param name="PausedUntil">Until when it pauses; null when it does not.</param>
/// <param name="MostInWindow">New signals in a window at most.</param>
/// <param name="WindowSeconds">Length of the sliding window.</param>
/// <param name="MostFailures">After so many failures in a row it pauses.</param>
/// <param name="PauseSeconds">How long.</param>
/// <param name="MaxAgeSeconds">A signal that is older is refused.</param>
/// <param name="Owner">The account whose holder made it; null for an administrator's.</param>
public sealed record SignalStrategy(
    string Name,
    string? Secret,
    SignalPolicy Policy,
    IReadOnlyList<SignalTarget> Accounts,
    IReadOnlyList<string> Symbols,
    bool Passphrase,
    bool Closed,
    int Failures,
    DateTimeOffset? PausedUntil,
    int MostInWindow,
    int WindowSeconds,
    int MostFailures,
    int PauseSeconds,
    int MaxAgeSeconds,
    string? Owner = null);

/// <summary>A signal that did not do all that it asked for.</summary>
/// <param name="Id">Names it on the list.</param>
/// <param name="Strategy">Its strategy.</param>
/// <param name="Key">Its key.</param>
/// <param name="ClientOrderId">The name of its orders.</param>
/// <param name="Time">When.</param>
/// <param name="Code">Why.</param>
/// <param name="Detail">At which account, or in words.</param>
/// <param name="Body">What was sent, without a passphrase.</param>
public sealed record DeadSignal(
    long Id, string Strategy, string Key, string ClientOrderId, DateTimeOffset Time, string Code, string Detail, string Body);
