using System.Collections.Immutable;
using System.Diagnostics.Metrics;

namespace QuantumCore.Silo.Cluster;

/// <summary>
/// Logs each silo that joins or leaves the cluster, and reports the number of silos in each state as a gauge.
/// </summary>
internal sealed partial class ClusterWatch : BackgroundService
{
    private readonly IClusterMembershipService _membership;
    private readonly ILogger<ClusterWatch> _log;

    public ClusterWatch(IClusterMembershipService membership, IMeterFactory meters, ILogger<ClusterWatch> log)
    {
        (_membership, _log) = (membership, log);
        meters.Create("QuantumCore.Cluster").CreateObservableGauge(
            "quantumcore_cluster_silos", Count, null, "Silos of the cluster by their state, as this one sees it.");
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var before = ImmutableDictionary<SiloAddress, ClusterMember>.Empty;
        await foreach (var seen in _membership.MembershipUpdates.WithCancellation(stoppingToken))
        {
            foreach (var (address, member) in seen.Members)
            {
                // A silo that died before this one joined is not logged.
                if (before.TryGetValue(address, out var known)
                    ? known.Status != member.Status
                    : member.Status != SiloStatus.Dead)
                    Changed(_log, member.Name, address.ToString(), member.Status, seen.Version.Value);
            }

            before = seen.Members;
        }
    }

    private IEnumerable<Measurement<int>> Count() => _membership.CurrentSnapshot.Members.Values
        .GroupBy(member => member.Status)
        .Select(
            group =>
                new Measurement<int>(group.Count(), new KeyValuePair<string, object?>("state", group.Key.ToString())));

    [LoggerMessage(206, LogLevel.Warning, "Silo {Name} at {Address} is {Status} (version {Version} of the cluster)")]
    private static partial void Changed(ILogger logger, string name, string address, SiloStatus status, long version);
}
