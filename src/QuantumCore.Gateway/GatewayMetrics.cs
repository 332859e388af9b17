using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Reflection;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>What the gateway counts.</summary>
public sealed class GatewayMetrics : IDisposable
{
    private static readonly string[] s_statuses = [.. Enumerable.Range(0, 600).Select(status => status.ToString())];
    private static readonly string[] s_lanes = ["orders", "urgent", "readings", "streams", "trading"];
    private static readonly ImmutableDictionary<RejectReason, string> s_reasons =
        Enum.GetValues<RejectReason>().ToImmutableDictionary(reason => reason, reason => reason.ToString());

    private readonly Meter _meter = new("QuantumCore.Gateway");
    private readonly Counter<long> _orders;
    private readonly Counter<long> _requests;
    private readonly UpDownCounter<long> _readers;
    private readonly Counter<long> _resyncs;
    private readonly Counter<long> _cut;
    private readonly Histogram<double> _latency;
    private readonly Counter<long> _turnedAway;

    public GatewayMetrics()
    {
        _orders = _meter.CreateCounter<long>("quantumcore_orders", null, "Orders answered, by outcome.");
        _requests = _meter.CreateCounter<long>("quantumcore_http_requests", null, "HTTP requests, by route and status.");
        _readers = _meter.CreateUpDownCounter<long>("quantumcore_stream_readers", null, "WebSockets and FIX connections that are open.");
        _resyncs = _meter.CreateCounter<long>("quantumcore_stream_resyncs", null, "Backlogs replaced by a snapshot.");
        _cut = _meter.CreateCounter<long>("quantumcore_stream_readers_cut", null, "WebSockets and FIX connections cut because they did not read.");
        _turnedAway = _meter.CreateCounter<long>(
            "quantumcore_turned_away", null, "Requests refused at the door, by lane, or by whose quota was used up.");
        _latency = _meter.CreateHistogram<double>(
            "quantumcore_order_seconds", "s", "From a parsed order or batch to its durable answer.");
        var version = Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        _meter.CreateObservableGauge(
            "quantumcore_build_info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", version)), null, "The build that runs; always 1.");
    }

    /// <summary>Shows how full the door is, and 0 of what is watched for its first count.</summary>
    internal void Watch(Door door)
    {
        // A series that is born with its first count has no increase for Prometheus: the first unknown outcome would set off no alert.
        _orders.Add(0, new KeyValuePair<string, object?>("outcome", s_reasons[RejectReason.OutcomeUnknown]));
        foreach (var lane in s_lanes)
            _turnedAway.Add(0, new KeyValuePair<string, object?>("why", lane));
        _resyncs.Add(0);
        _cut.Add(0);
        _meter.CreateObservableGauge("quantumcore_orders_inside", () => door.Orders.Inside, null, "Orders on their way through the exchange.");
        _meter.CreateObservableGauge("quantumcore_orders_waiting", () => door.Orders.Waiting, null, "Orders that wait to be let in.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void OrdersAnswered(ImmutableArray<ExecutionReport> reports, TimeSpan taken)
    {
        foreach (var report in reports)
        {
            var outcome = report.Reason == RejectReason.None ? "Accepted" : s_reasons[report.Reason];
            _orders.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        }

        _latency.Record(taken.TotalSeconds);
    }

    internal void RequestServed(string route, int status) => _requests.Add(
        1,
        new KeyValuePair<string, object?>("route", route),
        new KeyValuePair<string, object?>("status", status < s_statuses.Length ? s_statuses[status] : "other"));

    internal void TurnedAway(Lane lane) => _turnedAway.Add(1, new KeyValuePair<string, object?>("why", s_lanes[(int)lane]));

    internal void QuotaUsedUp(string whose) => _turnedAway.Add(1, new KeyValuePair<string, object?>("why", whose));

    internal void ConnectionRefused() => _turnedAway.Add(1, new KeyValuePair<string, object?>("why", "connection"));

    internal void ReaderCame() => _readers.Add(1);

    internal void ReaderWent() => _readers.Add(-1);

    internal void ReaderCut() => _cut.Add(1);

    internal void Resync() => _resyncs.Add(1);
}
