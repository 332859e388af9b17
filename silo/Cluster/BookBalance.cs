using Orleans.Core.Internal;
using Orleans.Runtime.Placement;
using QuantumCore.Contracts;

namespace QuantumCore.Silo.Cluster;

/// <summary>
/// Gives a silo that joins its share of the books: they live for ever where they were first woken, so that nobody would ever
/// call it otherwise. The oldest silo does it, one book at a time, from the fullest silo to the emptiest; a book that moves
/// writes a snapshot and opens again over there, and orders wait for it meanwhile. Accounts come and go by themselves.
/// </summary>
internal sealed partial class BookBalance(
    IClusterMembershipService membership, ILocalSiloDetails self, IGrainFactory grains, TimeProvider time, ILogger<BookBalance> log)
    : BackgroundService
{
    // Silos are often started together.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var known = new HashSet<SiloAddress>();
        await foreach (var seen in membership.MembershipUpdates.WithCancellation(stoppingToken))
        {
            var joined = Active(seen).Where(known.Add).ToList();
            if (joined.Count == 0)
                continue;
            await Task.Delay(s_settled, time, stoppingToken);
            try
            {
                var silos = Active(membership.CurrentSnapshot).ToList();
                if (silos.Count > 1 && silos[0].Equals(self.SiloAddress))
                    await BalanceAsync(silos);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // A silo that left meanwhile; the next one to join gets its share.
                NotBalanced(log, error);
            }
        }
    }

    // By age: an address has the time of its start in it.
    private static IEnumerable<SiloAddress> Active(ClusterMembershipSnapshot seen) => seen.Members.Values
        .Where(member => member.Status == SiloStatus.Active)
        .Select(member => member.SiloAddress)
        .OrderBy(address => address.Generation).ThenBy(address => address);

    private async Task BalanceAsync(List<SiloAddress> silos)
    {
        var bookType = grains.GetGrain<IOrderBookGrain>("any").GetGrainId().Type;
        var books = (await grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics())
            .Where(activation => activation.GrainId.Type == bookType)
            .ToLookup(activation => activation.SiloAddress, activation => activation.GrainId);
        var held = silos.ToDictionary(silo => silo, silo => new Queue<GrainId>(books[silo]));
        while (held.MaxBy(pair => pair.Value.Count) is var (fullest, most) && held.MinBy(pair => pair.Value.Count) is var (emptiest, least)
            && most.Count > least.Count + 1)
        {
            var book = most.Dequeue();
            least.Enqueue(book);
            Moves(log, book.Key.ToString()!, fullest.ToString(), emptiest.ToString());
            RequestContext.Set(IPlacementDirector.PlacementHintKey, emptiest);
            await grains.GetGrain<IGrainManagementExtension>(book).MigrateOnIdle();
        }
    }

    [LoggerMessage(207, LogLevel.Warning, "Book {Book} moves from {From} to {To}")]
    private static partial void Moves(ILogger logger, string book, string from, string to);

    [LoggerMessage(208, LogLevel.Warning, "Books were not given to a silo that joined")]
    private static partial void NotBalanced(ILogger logger, Exception exception);
}
