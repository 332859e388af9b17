using System.Collections.Immutable;

namespace QuantumCore.Simulation.Host;

/// <summary>Membership of the cluster: a version that each start and each death of a silo raises.</summary>
internal sealed class HostedMembership(World world) : IClusterMembershipService
{
    public ClusterMembershipSnapshot CurrentSnapshot =>
        new(ImmutableDictionary<SiloAddress, ClusterMember>.Empty, new MembershipVersion(world.MembershipVersion));

    IAsyncEnumerable<ClusterMembershipSnapshot> IClusterMembershipService.MembershipUpdates =>
        throw new NotSupportedException(nameof(IClusterMembershipService.MembershipUpdates));
    ValueTask IClusterMembershipService.Refresh(
        MembershipVersion minimumVersion, CancellationToken cancellationToken) =>
        throw new NotSupportedException(nameof(IClusterMembershipService.Refresh));
    Task<bool> IClusterMembershipService.TryKill(SiloAddress siloAddress) =>
        throw new NotSupportedException(nameof(IClusterMembershipService.TryKill));
}
