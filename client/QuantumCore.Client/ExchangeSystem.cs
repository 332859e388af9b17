namespace QuantumCore.Client;

/// <summary>How the exchange itself is.</summary>
/// <param name="Time">When that was asked.</param>
/// <param name="Silos">Its processes that hold grains.</param>
/// <param name="Journal">What is durable, and how far the history has followed; null when the ledger did not answer within three seconds.</param>
/// <param name="Log">The newest 200 warnings and errors of the process that answers, the newest first.</param>
public sealed record ExchangeSystem(
    DateTimeOffset Time, IReadOnlyList<ExchangeSilo> Silos, JournalStanding? Journal, IReadOnlyList<LogLine> Log);

/// <summary>A process that holds grains.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Where the others reach it.</param>
/// <param name="Role">all or matching.</param>
/// <param name="State">active, joining, stopping, dead or unknown.</param>
/// <param name="Since">When it started.</param>
/// <param name="Current">Whether it is the one that answers.</param>
/// <param name="Grains">What is awake in it; empty where it did not tell.</param>
public sealed record ExchangeSilo(
    string Name, string Address, string Role, string State, DateTimeOffset Since, bool Current, IReadOnlyList<AwakeGrains> Grains);

/// <summary>Grains of one type that are awake.</summary>
/// <param name="Type">Which.</param>
/// <param name="Count">How many.</param>
public sealed record AwakeGrains(string Type, int Count);

/// <summary>How far the history has followed the journal.</summary>
/// <param name="Records">Durable records that the ledger knows of.</param>
/// <param name="Behind">How many of them are not in the history yet.</param>
/// <param name="BehindMillis">How old the oldest of those is, milliseconds.</param>
public sealed record JournalStanding(long Records, long Behind, long BehindMillis);

/// <summary>A line of the log.</summary>
/// <param name="Sequence">Its place; larger is newer.</param>
/// <param name="Time">When.</param>
/// <param name="Level">warn, error or critical.</param>
/// <param name="Category">Which part of the exchange wrote it.</param>
/// <param name="Event">The event's number.</param>
/// <param name="Message">What happened.</param>
/// <param name="Exception">The exception it is about; null for none.</param>
public sealed record LogLine(
    long Sequence, DateTimeOffset Time, string Level, string Category, int Event, string Message, string? Exception);
