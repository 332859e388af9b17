using System.Collections.Immutable;
using Orleans.Core.Internal;
using Orleans.Runtime.Placement;
using QuantumCore.Contracts;

namespace QuantumCore.Silo.Cluster;

/// <summary>
/// Places books on silos. A pinned book goes to a silo that matches its pin, while there is one. A silo that joins gets
/// its share of the others: a book stays on the silo that activated it, so that it would never move by itself. The
/// oldest silo does the work, one book at a time. A book that moves writes a snapshot and opens again on the other
/// silo; orders wait for it meanwhile. Accounts are activated and deactivated by themselves.
/// </summary>
internal sealed partial class BookBalance(
    IClusterMembershipService membership, ILocalSiloDetails self, IGrainFactory grains, TimeProvider time,
    ILogger<BookBalance> log)
    : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    // Silos are often started together.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(3);

    private readonly HashSet<SiloAddress> _known = [];

    // Pins without a matching silo that were logged.
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
                // A silo has left meanwhile, or the catalog is on a silo of an older release. Pins are checked again in
                // a second, and the next silo that joins gets its share.
                if (!failed)
                    NotBalanced(log, error);
                failed = true;
            }
        }
    }

    // By age: an address contains the time of its start.
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

        var pins = (await grains.Catalog().Pins()).ToDictionary(
            pin => pin.Book, pin => Meant(pin, silos), StringComparer.Ordinal);
        foreach (var (book, meant) in pins)
            await HoldAsync(book, meant);
        if (_joined is { } joined && time.GetElapsedTime(joined) >= s_settled)
        {
            _joined = null;
            await BalanceAsync([.. silos.Select(silo => silo.SiloAddress)], pins);
        }
    }

    /// <summary>Returns the silos that match a pin. A pin without a matching silo does not count.</summary>
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

    /// <summary>
    /// Moves a pinned book that is on another silo. An inactive book is checked again once it is activated.
    /// </summary>
    private async Task HoldAsync(string book, ImmutableArray<SiloAddress> meant)
    {
        var grain = grains.Book(book);
        if (!meant.IsEmpty && await grains.GetGrain<IManagementGrain>(0).GetActivationAddress(grain) is { } at
            && !meant.Contains(at))
            await MoveAsync(grain.GetGrainId(), at, meant[_moved++ % meant.Length]);
    }

    private async Task BalanceAsync(
        ImmutableArray<SiloAddress> silos, Dictionary<string, ImmutableArray<SiloAddress>> pins)
    {
        var bookType = grains.Book("any").GetGrainId().Type;
        var books = (await grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics())
            .Where(activation => activation.GrainId.Type == bookType)
            .ToLookup(activation => activation.SiloAddress, activation => activation.GrainId);
        var held = silos.ToDictionary(silo => silo, silo => books[silo].ToList());
        while (held.MaxBy(pair => pair.Value.Count) is var (fullest, most)
            && held.MinBy(pair => pair.Value.Count) is var (emptiest, least)
            && most.Count > least.Count + 1
            && most.FindIndex(
                book => pins.GetValueOrDefault(book.Key.ToString()!, []) is var meant
                    && (meant.IsDefaultOrEmpty || meant.Contains(emptiest)))
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

    [LoggerMessage(
        213, LogLevel.Warning,
        "Book {Book} is pinned to {Silo}, and no such silo is in the cluster: any other one holds it")]
    private static partial void NobodyMeant(ILogger logger, string book, string silo);
}
