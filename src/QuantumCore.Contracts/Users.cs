using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>What a person may do beside trading for the account that is theirs. Numbers are journaled and never change.</summary>
public enum UserRole : byte
{
    /// <summary>Nothing more.</summary>
    Customer = 1,

    /// <summary>Run the market: listings, fees, phases, prices, rules, trades, the breaker.</summary>
    MarketOperator = 2,

    /// <summary>Watch over accounts: limits, freezes, blocks, the ledger.</summary>
    Risk = 3,

    /// <summary>Everything.</summary>
    Administrator = 4,
}

/// <summary>What became of a user. Numbers are journaled and never change.</summary>
public enum UserEvent : byte
{
    /// <summary>Signed up, and was given an account.</summary>
    SignedUp = 1,

    /// <summary>Was added by somebody else.</summary>
    Added = 2,

    /// <summary>Has another password; every other session ended.</summary>
    PasswordChanged = 3,

    /// <summary>Signs in with codes of an authenticator from now on.</summary>
    AuthenticatorAdded = 4,

    /// <summary>Signs in without them.</summary>
    AuthenticatorRemoved = 5,

    /// <summary>Has another role.</summary>
    RoleChanged = 6,

    /// <summary>May not sign in any more; every session ended.</summary>
    Closed = 7,

    /// <summary>May sign in again.</summary>
    Reopened = 8,

    /// <summary>Signed up and never came back: the user is removed, and the name is free.</summary>
    Expired = 9,
}

/// <summary>A person who signs in with a password. The password itself is never stored.</summary>
/// <param name="Name">3 to 32 characters: a lower-case letter, then such letters, digits, '.', '_' and '-'.</param>
/// <param name="Account">The account the user trades for; 0 for one who does not trade.</param>
/// <param name="Role">What else the user may do.</param>
/// <param name="PasswordHash">The slow, salted hash of the password; empty where there is no password to sign in with.</param>
/// <param name="Authenticator">Sealed secret of the authenticator's codes; empty for none.</param>
/// <param name="IsDemo">Whether it is a demo's, signed in without a password and refused wherever demo mode is off.</param>
/// <param name="IsClosed">Whether it may not sign in.</param>
[GenerateSerializer, Immutable, Alias("user")]
public sealed record User(
    string Name,
    long Account,
    UserRole Role,
    string PasswordHash,
    string Authenticator = "",
    bool IsDemo = false,
    bool IsClosed = false)
{
    /// <summary>Users an exchange has at most.</summary>
    public const int Most = 100_000;

    /// <summary>A sign-up that was not used for so many days may expire.</summary>
    public const int UnusedDays = 30;

    /// <summary>Accounts that are given to those who sign up have higher numbers than this one.</summary>
    public const long LastReservedAccount = 1_000_000;

    /// <summary>Shortest name.</summary>
    public const int ShortestName = 3;

    /// <summary>Longest name.</summary>
    public const int LongestName = 32;

    /// <summary>Whether a text may name a user.</summary>
    public static bool IsName(string text) => text.Length is >= ShortestName and <= LongestName
        && char.IsAsciiLetterLower(text[0])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-');
}

/// <summary>A user is signed in at some place.</summary>
/// <param name="Id">128 random bits, lower-case hexadecimal. It opens nothing without the cookie that carries it.</param>
/// <param name="User">The user's name.</param>
/// <param name="BegunNanos">When it began, Unix nanoseconds.</param>
/// <param name="EndsNanos">When it ends at the latest, Unix nanoseconds.</param>
/// <param name="Address">Where it was begun from, as the connection showed it.</param>
/// <param name="Client">What the client called itself, cut to 200 characters.</param>
[GenerateSerializer, Immutable, Alias("user-session")]
public sealed record UserSession(string Id, string User, long BegunNanos, long EndsNanos, string Address, string Client)
{
    /// <summary>Sessions of one user at a time; a further one ends the oldest.</summary>
    public const int MostOfOne = 100;
}

/// <summary>A user and the session it is signed in with.</summary>
/// <param name="User">The user.</param>
/// <param name="Session">The session; it may have reached its end since.</param>
[GenerateSerializer, Immutable, Alias("signed-in")]
public sealed record SignedIn(User User, UserSession Session);

/// <summary>Every user by name, and every session that has not ended.</summary>
/// <param name="Users">The users.</param>
/// <param name="Sessions">Their sessions; one may have reached its end since.</param>
[GenerateSerializer, Immutable, Alias("user-list")]
public sealed record UserList(ImmutableArray<User> Users, ImmutableArray<UserSession> Sessions);

/// <summary>A change of a user; what is null stays.</summary>
/// <param name="Name">Whose.</param>
/// <param name="Event">What it is.</param>
/// <param name="By">Who makes it.</param>
/// <param name="PasswordHash">The hash of another password.</param>
/// <param name="Authenticator">Another sealed secret, or empty for none.</param>
/// <param name="Role">Another role.</param>
/// <param name="KeptSession">With another password: the one session that does not end.</param>
/// <param name="CodeStep">Number of the authenticator's code that proves it; 0 where none is needed. Refused where that code, or a later one, was used.</param>
[GenerateSerializer, Immutable, Alias("user-change")]
public sealed record UserChange(
    string Name,
    UserEvent Event,
    string By,
    string? PasswordHash = null,
    string? Authenticator = null,
    UserRole? Role = null,
    string? KeptSession = null,
    long CodeStep = 0);

/// <summary>What became of a request about a user.</summary>
/// <param name="Reason">None, or why nothing was done.</param>
/// <param name="User">The user as it is now; null when nothing was done.</param>
[GenerateSerializer, Immutable, Alias("user-result")]
public sealed record UserResult(RejectReason Reason, User? User);

/// <summary>One line of the audit log: something in the catalog changed.</summary>
/// <param name="Sequence">The record's place in the catalog's stream; lines are told by it.</param>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="What">What happened, one word.</param>
/// <param name="Subject">Whom or what it happened to.</param>
/// <param name="By">Who did it; empty where that is not on record.</param>
/// <param name="Detail">More about it; may be empty.</param>
[GenerateSerializer, Immutable, Alias("audit-line")]
public sealed record AuditLine(long Sequence, long TimeNanos, string What, string Subject, string By, string Detail);
