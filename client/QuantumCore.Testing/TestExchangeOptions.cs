using Microsoft.Extensions.Logging;
using QuantumCore.Client;

namespace QuantumCore.Testing;

/// <summary>Storage of a test exchange.</summary>
public enum TestStorage
{
    /// <summary>Memory: everything is lost at the end. The fastest.</summary>
    Volatile = 1,

    /// <summary>SQLite files, written to disk before each response.</summary>
    Sqlite = 2,
}

/// <summary>Options of a <see cref="TestExchange"/>. The defaults suit most tests.</summary>
public sealed record TestExchangeOptions
{
    /// <summary>Storage of orders, balances and history; SQLite if <see cref="DataDirectory"/> is set.</summary>
    public TestStorage Storage { get; init; } = TestStorage.Volatile;

    /// <summary>
    /// Directory of the SQLite files; null for a temporary one, which is deleted at the end. An exchange started on
    /// the directory of an earlier one continues it. If the earlier clock was moved ahead, start the next one at its
    /// time (<see cref="StartTime"/>): the times of records never go back.
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>
    /// Instruments to list at the start. Default: <c>AAPL</c>, paid in <c>USD</c>, with a tick size of 0.01 USD and
    /// a lot size of 1 share, without fees.
    /// </summary>
    public IReadOnlyList<Instrument> Instruments { get; init; } = [TestExchange.Stock("AAPL")];

    /// <summary>Time of the exchange's clock at the start; null for the machine's time.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>Receivers of the exchange's log; null for none.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }

    /// <summary>Lowest level that is logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    /// <summary>Retry and timeout settings of the clients that the exchange creates; null for the defaults.</summary>
    public QuantumCoreClientOptions? Client { get; init; }
}
