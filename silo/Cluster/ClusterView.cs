using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Cluster;

namespace QuantumCore.Silo.Cluster;

/// <summary>Silos of the cluster for the operator's page, as the membership table and the silos report them.</summary>
internal sealed class ClusterView(IGrainFactory grains, IServiceProvider services)
{
    /// <summary>Maximum number of silos shown. Of dead silos, the newest are shown.</summary>
    private const int MostShown = 50;

    // The runtime asks every silo, and a silo that hangs does not reply.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Returns the silos of the membership table, live ones first, with the grain counts of those that reply.
    /// </summary>
    public async Task<ImmutableArray<SiloView>> ReadAsync(CancellationToken cancellationToken)
    {
        var management = grains.GetGrain<IManagementGrain>(0);
        var counting = CountAsync(management, cancellationToken);
        var members = await management.GetDetailedHosts(onlyActive: false, cancellationToken)
            .WaitAsync(s_patience, cancellationToken);
        var counts = await counting;

        // A gateway is a client of the cluster and belongs to no silo.
        var self = services.GetService<ILocalSiloDetails>()?.SiloAddress;
        return
        [
            .. members.OrderBy(member => member.Status == SiloStatus.Dead).ThenByDescending(member => member.StartTime)
                .Take(MostShown)
                .Select(member => new SiloView(
                    member.SiloName ?? "", member.SiloAddress.Endpoint.ToString(),
                    SiloName.RoleOf(member.SiloName ?? ""), StateOf(member.Status),
                    new DateTimeOffset(DateTime.SpecifyKind(member.StartTime, DateTimeKind.Utc)),
                    member.SiloAddress.Equals(self),
                    [.. counts[member.SiloAddress].OrderBy(count => count.Type, StringComparer.Ordinal)])),
        ];
    }

    /// <summary>Returns the silo of each pinned book; empty for books that no silo reported.</summary>
    public async Task<ImmutableArray<BookPlace>> FindAsync(
        ImmutableArray<BookPin> pins, CancellationToken cancellationToken)
    {
        var management = grains.GetGrain<IManagementGrain>(0);
        var places = ImmutableArray.CreateBuilder<BookPlace>(pins.Length);
        try
        {
            var names =
                (await management.GetDetailedHosts(onlyActive: true, cancellationToken)
                    .WaitAsync(s_patience, cancellationToken))
                .ToDictionary(member => member.SiloAddress, member => member.SiloName ?? "");
            foreach (var pin in pins)
            {
                var at = await management.GetActivationAddress(grains.Book(pin.Book), cancellationToken).AsTask()
                    .WaitAsync(s_patience, cancellationToken);
                var name = at is null ? "" : names.GetValueOrDefault(at, "");
                places.Add(new BookPlace(name, name.Length > 0 && SiloName.IsMeant(pin.Silo, name)));
            }
        }
        catch (Exception error) when (error is TimeoutException or OrleansException)
        {
            while (places.Count < pins.Length)
                places.Add(new BookPlace("", IsMeant: false));
        }

        return places.MoveToImmutable();
    }

    private static async Task<ILookup<SiloAddress, GrainCount>> CountAsync(
        IManagementGrain management, CancellationToken cancellationToken)
    {
        try
        {
            return (await management.GetSimpleGrainStatistics(cancellationToken)
                .WaitAsync(s_patience, cancellationToken))
                .Where(
                    statistic => statistic.ActivationCount > 0
                        && statistic.GrainType!.Contains("QuantumCore.", StringComparison.Ordinal))
                .ToLookup(
                    statistic => statistic.SiloAddress!,
                    statistic => GrainCount.Of(statistic.GrainType!, statistic.ActivationCount));
        }
        catch (Exception error) when (error is TimeoutException or OrleansException)
        {
            return Array.Empty<SimpleGrainStatistic>()
                .ToLookup(statistic => statistic.SiloAddress!, statistic => GrainCount.Of("", 0));
        }
    }

    private static string StateOf(SiloStatus status) => status switch
    {
        SiloStatus.Active => "active",
        SiloStatus.Created or SiloStatus.Joining => "joining",
        SiloStatus.ShuttingDown or SiloStatus.Stopping => "stopping",
        SiloStatus.Dead => "dead",
        _ => "unknown",
    };
}
