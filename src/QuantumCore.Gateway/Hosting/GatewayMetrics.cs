using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Hosting;

/// <summary>Counts orders, requests, webhooks and connections of a gateway.</summary>
public sealed class GatewayMetrics
{
    internal const string MeterName = "QuantumCore.Gateway";

    private const string Accepted = "Accepted";
    private const string Duplicate = "Duplicate";

    private static readonly string[] s_statuses = [.. Enumerable.Range(0, 600).Select(status => status.ToString())];
    private static readonly string[] s_lanes = ["orders", "urgent", "readings", "streams", "trading"];
    private static readonly ImmutableDictionary<RejectReason, string> s_reasons =
        Enum.GetValues<RejectReason>().ToImmutableDictionary(reason => reason, reason => reason.ToString());

    private readonly Meter _meter;
    private long _index = -1;
    private readonly Tally<string> _orders = new(static outcome => [new("outcome", outcome)]);
    private readonly Tally<(string Route, string Status)> _requests =
        new(static request => [new("route", request.Route), new("status", request.Status)]);
    private readonly Tally<string> _turnedAway = new(static why => [new("why", why)]);
    private readonly Tally<string> _webhooks = new(static outcome => [new("outcome", outcome)]);
    private readonly Histogram<double> _orderLatency;
    private readonly Histogram<double> _webhookLatency;
    private long _readers;
    private long _requestsOfUsers;
    private long _resyncs;
    private long _cut;

    public GatewayMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _meter.CreateObservableCounter("quantumcore_orders", _orders.Read, null, "Orders answered, by outcome.");
        _meter.CreateObservableCounter(
            "quantumcore_http_requests", _requests.Read, null, "HTTP requests, by route and status.");
        _meter.CreateObservableGauge(
            "quantumcore_stream_readers", () => Volatile.Read(ref _readers), null,
            "WebSockets and FIX connections that are open.");
        _meter.CreateObservableCounter(
            "quantumcore_stream_resyncs", () => Volatile.Read(ref _resyncs), null, "Backlogs replaced by a snapshot.");
        _meter.CreateObservableCounter(
            "quantumcore_stream_readers_cut", () => Volatile.Read(ref _cut), null,
            "WebSockets and FIX connections cut because they did not read.");
        _meter.CreateObservableCounter(
            "quantumcore_turned_away", _turnedAway.Read, null,
            "Requests refused before any work, by lane, or by whose rate limit was reached.");
        _meter.CreateObservableCounter(
            "quantumcore_webhooks", _webhooks.Read, null,
            "Webhooks received, by outcome: Accepted, Duplicate, or the reason of the rejection.");
        _orderLatency = _meter.CreateHistogram<double>(
            "quantumcore_order_seconds", "s", "Time from a parsed order or batch to its durable answer.");
        _webhookLatency = _meter.CreateHistogram<double>(
            "quantumcore_webhook_seconds", "s",
            "Time from a webhook's arrival to the durable outcome of its orders, or to its rejection.");
        _meter.CreateObservableGauge(
            "quantumcore_index_basis_points", Index, null,
            "The exchange's index, in basis points of its last close; none without an index.");
        // The runtime's own meter counts the threads of the pool only.
        _meter.CreateObservableGauge(
            "quantumcore_process_threads", CountThreads, null,
            "Threads of the process, those of the runtime included.");
        var version = Assembly.GetEntryAssembly()
            ?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        _meter.CreateObservableGauge(
            "quantumcore_build_info",
            () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", version)), null,
            "The build that runs; always 1.");
    }

    /// <summary>
    /// Connections that are open, and requests so far without those of monitoring. They show whether anybody uses the
    /// exchange.
    /// </summary>
    public (long Connections, long Requests) Use => (Volatile.Read(ref _readers), Volatile.Read(ref _requestsOfUsers));

    /// <summary>
    /// Publishes the number of orders inside and waiting. Also starts each series at 0 that an alert or a panel watches
    /// for its first count.
    /// </summary>
    internal void Watch(Door door)
    {
        // Prometheus sees no increase in a series that begins with its first count, so the first unknown outcome would
        // fire no alert.
        _orders.Add(s_reasons[RejectReason.OutcomeUnknown], 0);
        _webhooks.Add(Accepted, 0);
        _webhooks.Add(Duplicate, 0);
        foreach (var lane in s_lanes)
            _turnedAway.Add(lane, 0);
        _meter.CreateObservableGauge(
            "quantumcore_orders_inside", () => door.Orders.Inside, null, "Orders on their way through the exchange.");
        _meter.CreateObservableGauge(
            "quantumcore_orders_waiting", () => door.Orders.Waiting, null, "Orders that wait to be let in.");
    }

    internal void OrdersAnswered(ImmutableArray<ExecutionReport> reports, TimeSpan taken)
    {
        foreach (var report in reports)
            _orders.Add(report.Reason == RejectReason.None ? Accepted : s_reasons[report.Reason], 1);
        _orderLatency.Record(taken.TotalSeconds);
    }

    internal void RequestServed(string route, int status)
    {
        _requests.Add((route, status < s_statuses.Length ? s_statuses[status] : "other"), 1);
        if (!route.StartsWith("/health", StringComparison.Ordinal) && route != "/metrics")
            Interlocked.Increment(ref _requestsOfUsers);
    }

    internal void TurnedAway(Lane lane) => _turnedAway.Add(s_lanes[(int)lane], 1);

    internal void QuotaUsedUp(string whose) => _turnedAway.Add(whose, 1);

    internal void ConnectionRefused() => _turnedAway.Add("connection", 1);

    /// <summary>Counts a webhook that is about to be answered.</summary>
    /// <param name="rejected">Reject reason; none if it is accepted.</param>
    /// <param name="isDuplicate">True if every account had it before.</param>
    /// <param name="taken">Time since its arrival.</param>
    internal void WebhookAnswered(RejectReason rejected, bool isDuplicate, TimeSpan taken)
    {
        _webhooks.Add(rejected != RejectReason.None ? s_reasons[rejected] : isDuplicate ? Duplicate : Accepted, 1);
        _webhookLatency.Record(taken.TotalSeconds);
    }

    internal void IndexIs(long basisPoints) => Volatile.Write(ref _index, basisPoints);

    internal void ReaderCame() => Interlocked.Increment(ref _readers);

    internal void ReaderWent() => Interlocked.Decrement(ref _readers);

    internal void ReaderCut() => Interlocked.Increment(ref _cut);

    internal void Resync() => Interlocked.Increment(ref _resyncs);

    private IEnumerable<Measurement<long>> Index() =>
        Volatile.Read(ref _index) is >= 0 and var index ? [new(index)] : [];

    private static int CountThreads()
    {
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }
}
