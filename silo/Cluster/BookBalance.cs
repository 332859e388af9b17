using System.Collections.Immutable;
using Orleans.Core.Internal;
using Orleans.Runtime.Placement;
using QuantumCore.Contracts;

namespace QuantumCore.Silo.Cluster;

/// <summary>
/// Puts books where they belong. A book that an operator has pinned goes to a silo that the pin means, as long as there is one. A silo
/// that joins gets its share of the others: they live for ever where they were first woken, so that nobody would ever call it
/// otherwise. The oldest silo does it, one book at a time; a book that moves writes a snapshot and opens again over there, and
/// orders wait for it meanwhile. Accounts come and go by themselves.
/// </summary>
internal sealed partial class BookBalance(
    IClusterMembershipService membership, ILocalSiloDetails self, IGrainFactory grains, TimeProvider time, ILogger<BookBalance> log)
    : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    // Silos are often started together.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(3);

    private readonly HashSet<SiloAddress> _known = [];

    // Pins that mean nobody in the cluster, which the log has told.
    private readonly HashSet<(string Book, string Silo)> _unheld = [];
    private long? _joined;
    private int _moved;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_look, time);
        var failed = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync();
                failed = false;
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // A silo that left meanwhile, or one of an older release that has the catalog: a pin is looked after again in a
                // second, and the next silo to join gets its share.
                if (!failed)
                    NotBalanced(log, error);
                failed = true;
            }
        }
    }

    // By age: an address has the time of its start in it.
    private static ImmutableArray<ClusterMember> Active(ClusterMembershipSnapshot seen) =>
    [
        .. seen.Members.Values.Where(member => member.Status == SiloStatus.Active)
            .OrderBy(member => member.SiloAddress.Generation).ThenBy(member => member.SiloAddress),
    ];

    private async Task LookAsync()
    {
        var silos = Active(membership.CurrentSnapshot);
        foreach (var silo in silos)
        {
            if (_known.Add(silo.SiloAddress))
                _joined = time.GetTimestamp();
        }

        if (silos.IsEmpty || !silos[0].SiloAddress.Equals(self.SiloAddress))
        {
            _joined = null;
            return;
        }

        var pins = (await grains.Catalog().Pins()).ToDictionary(pin => pin.Book, pin => Meant(pin, silos), StringComparer.Ordinal);
        foreach (var (book, meant) in pins)
            await HoldAsync(book, meant);
        if (_joined is { } joined && time.GetElapsedTime(joined) >= s_settled)
        {
            _joined = null;
            await BalanceAsync([.. silos.Select(silo => silo.SiloAddress)], pins);
        }
    }

    /// <summary>The silos that a pin means; where there are none now, it does not count.</summary>
    private ImmutableArray<SiloAddress> Meant(BookPin pin, ImmutableArray<ClusterMember> silos)
    {
        ImmutableArray<SiloAddress> meant =
            [.. silos.Where(silo => SiloName.IsMeant(pin.Silo, silo.Name)).Select(silo => silo.SiloAddress)];
        if (!meant.IsEmpty)
            _unheld.Remove((pin.Book, pin.Silo));
        else if (_unheld.Add((pin.Book, pin.Silo)))
            NobodyMeant(log, pin.Book, pin.Silo);
        return meant;
    }

    /// <summary>Moves a pinned book that is elsewhere. One that sleeps is looked at again when somebody has woken it.</summary>
    private async Task HoldAsync(string book, ImmutableArray<SiloAddress> meant)
    {
        var grain = grains.Book(book);
        if (!meant.IsEmpty && await grains.GetGrain<IManagementGrain>(0).GetActivationAddress(grain) is { } at && !meant.Contains(at))
            await MoveAsync(grain.GetGrainId(), at, meant[_moved++ % meant.Length]);
    }

    private async Task BalanceAsync(ImmutableArray<SiloAddress> silos, Dictionary<string, ImmutableArray<SiloAddress>> pins)
    {
        var bookType = grains.Book("any").GetGrainId().Type;
        var books = (await grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics())
            .Where(activation => activation.GrainId.Type == bookType)
            .ToLookup(activation => activation.SiloAddress, activation => activation.GrainId);
        var held = silos.ToDictionary(silo => silo, silo => books[silo].ToList());
        while (held.MaxBy(pair => pair.Value.Count) is var (fullest, most) && held.MinBy(pair => pair.Value.Count) is var (emptiest, least)
            && most.Count > least.Count + 1
            && most.FindIndex(book => pins.GetValueOrDefault(book.Key.ToString()!, []) is var meant && (meant.IsDefaultOrEmpty || meant.Contains(emptiest)))
                is >= 0 and var at)
        {
            var book = most[at];
            most.RemoveAt(at);
            least.Add(book);
            await MoveAsync(book, fullest, emptiest);
        }
    }

    private async Task MoveAsync(GrainId book, SiloAddress from, SiloAddress to)
    {
        Moves(log, book.Key.ToString()!, from.ToString(), to.ToString());
        RequestContext.Set(IPlacementDirector.PlacementHintKey, to);
        await grains.GetGrain<IGrainManagementExtension>(book).MigrateOnIdle();
    }

    [LoggerMessage(207, LogLevel.Warning, "Book {Book} moves from {From} to {To}")]
    private static partial void Moves(ILogger logger, string book, string from, string to);

    [LoggerMessage(208, LogLevel.Warning, "Books were not put where they belong")]
    private static partial void NotBalanced(ILogger logger, Exception exception);

    [LoggerMessage(213, LogLevel.Warning, "Book {Book} is pinned to {Silo}, and no such silo is in the cluster: any other one holds it")]
    private static partial void NobodyMeant(ILogger logger, string book, string silo);
}
