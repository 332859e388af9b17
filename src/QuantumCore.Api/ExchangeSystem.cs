using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>State of the exchange itself.</summary>
/// <param name="Time">Time of the response, UTC.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="Silos">Silos: processes that host grains.</param>
/// <param name="Journal">Journal position and history lag; null if the ledger did not respond within three
/// seconds.</param>
/// <param name="Log">Newest 200 warnings and errors of the responding process, newest first.</param>
public sealed record ExchangeSystem(
    UtcTime Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    IReadOnlyList<ExchangeSilo> Silos,
    JournalStanding? Journal,
    IReadOnlyList<LogLine> Log);

/// <summary>A silo: a process that hosts grains.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Address that the other silos use.</param>
/// <param name="Role"><c>all</c> or <c>matching</c>.</param>
/// <param name="State"><c>active</c>, <c>joining</c>, <c>stopping</c>, <c>dead</c> or <c>unknown</c>.</param>
/// <param name="Since">Start time.</param>
/// <param name="Current">True if this silo sent the response.</param>
/// <param name="Grains">Active grains by type; empty if the silo did not report them.</param>
public sealed record ExchangeSilo(
    string Name, string Address, string Role, string State, UtcTime Since, bool Current,
    IReadOnlyList<AwakeGrains> Grains);

/// <summary>Number of active grains of one type.</summary>
/// <param name="Type">Grain type.</param>
/// <param name="Count">Number of active grains.</param>
public sealed record AwakeGrains(string Type, int Count);

/// <summary>Lag of the history behind the journal.</summary>
/// <param name="Records">Durable records known to the ledger.</param>
/// <param name="Behind">Records that are not in the history yet.</param>
/// <param name="BehindMillis">Age of the oldest of those, in milliseconds.</param>
public sealed record JournalStanding(long Records, long Behind, long BehindMillis);

/// <summary>A log line.</summary>
/// <param name="Sequence">Sequence; larger is newer.</param>
/// <param name="Time">Time of the line, UTC.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="Level"><c>warn</c>, <c>error</c> or <c>critical</c>.</param>
/// <param name="Category">Part of the exchange that logged it.</param>
/// <param name="Event">Event number.</param>
/// <param name="Message">Message text.</param>
/// <param name="Exception">Logged exception; null for none.</param>
public sealed record LogLine(
    long Sequence,
    UtcTime Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    string Level,
    string Category,
    int Event,
    string Message,
    string? Exception);
