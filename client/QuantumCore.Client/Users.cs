using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>What a user may do beside trading for its account.</summary>
public enum UserRole
{
    /// <summary>Nothing more.</summary>
    [JsonStringEnumMemberName("customer")]
    Customer = 1,

    /// <summary>Listings, phases, prices, rules, trades, the breaker.</summary>
    [JsonStringEnumMemberName("marketOperator")]
    MarketOperator = 2,

    /// <summary>Limits, freezes, blocks, the ledger.</summary>
    [JsonStringEnumMemberName("risk")]
    Risk = 3,

    /// <summary>Everything.</summary>
    [JsonStringEnumMemberName("administrator")]
    Administrator = 4,
}

/// <summary>A person who signs in with a password.</summary>
/// <param name="Name">The name.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Account">The account it trades for, <c>ACC-n</c>; null for none.</param>
/// <param name="State"><c>open</c>, or <c>closed</c>: it may not sign in.</param>
/// <param name="Authenticator">Whether it signs in with codes.</param>
/// <param name="Demo">Whether it is the demo's.</param>
public sealed record ExchangeUser(string Name, UserRole Role, string? Account, string State, bool Authenticator, bool Demo);

/// <summary>A user who is to be added.</summary>
/// <param name="Name">3 to 32 lower-case letters, digits, '.', '_' and '-'; a letter first.</param>
/// <param name="Password">8 to 128 characters.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Account">The account it trades for, <c>ACC-n</c>; null for none.</param>
public sealed record NewUser(string Name, string Password, UserRole Role = UserRole.Customer, string? Account = null);

/// <summary>What is to change of a user: one of these; the others are null.</summary>
/// <param name="Role">Another role.</param>
/// <param name="State"><c>open</c> or <c>closed</c>.</param>
/// <param name="Password">Another password; every session ends.</param>
/// <param name="Authenticator"><c>none</c>: it signs in without codes.</param>
public sealed record UserChange(UserRole? Role, string? State, string? Password, string? Authenticator);

/// <summary>One line of the audit log.</summary>
/// <param name="Sequence">Its place; larger is newer.</param>
/// <param name="Time">When.</param>
/// <param name="What">What happened, one word.</param>
/// <param name="Subject">Whom or what it happened to.</param>
/// <param name="By">Who did it; empty where that is not on record.</param>
/// <param name="Detail">More about it.</param>
public sealed record AuditLine(long Sequence, DateTimeOffset Time, string What, string Subject, string By, string Detail);
