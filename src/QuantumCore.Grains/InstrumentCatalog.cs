using System.Collections.Frozen;
using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>
/// The silo's cached copy of the catalog. It is replaced as a whole; a reader keeps the copy it started with.
/// </summary>
public sealed class InstrumentCatalog(IGrainFactory grains)
{
    private readonly Lock _lock = new();
    private long _refreshes;
    private long _newest;
    private ListedInstruments _listed = ListedInstruments.None;
    private FrozenDictionary<string, FeeSchedule> _fees = FrozenDictionary<string, FeeSchedule>.Empty;
    private MarginAgreements _margin = MarginAgreements.None;
    private FrozenDictionary<string, BusinessCalendar> _calendars = FrozenDictionary<string, BusinessCalendar>.Empty;
    private FrozenDictionary<string, ImmutableArray<AccountLimit>> _limits =
        FrozenDictionary<string, ImmutableArray<AccountLimit>>.Empty;

    private FrozenDictionary<(long Account, string Scope), ImmutableArray<AccountLimit>> _owners =
        FrozenDictionary<(long Account, string Scope), ImmutableArray<AccountLimit>>.Empty;

    private FrozenDictionary<long, long>? _tradeGroups;
    private FrozenSet<string> _oldNames = FrozenSet<string>.Empty;

    /// <summary>Returns the instrument of a symbol, if this silo knows it as listed.</summary>
    public bool TryGet(string symbol, out Instrument? instrument) =>
        (instrument = Volatile.Read(ref _listed).Of(symbol)) is not null;

    /// <summary>Returns the instrument of a symbol that was listed before.</summary>
    /// <exception cref="InvalidOperationException">This silo does not know it as listed.</exception>
    public Instrument Get(string symbol) => TryGet(symbol, out var instrument)
        ? instrument!
        : throw new InvalidOperationException($"{symbol} is not listed.");

    /// <summary>Returns the asset of a name, if it is the base or quote asset of an instrument.</summary>
    public bool TryGetAsset(string name, out Asset? asset) =>
        (asset = Volatile.Read(ref _listed).AssetOf(name)) is not null;

    /// <summary>Reads the catalog again if this silo does not know an asset.</summary>
    public async ValueTask KnowAssetAsync(string name)
    {
        if (!TryGetAsset(name, out _))
        {
            await RefreshAsync();
        }
    }

    /// <summary>Returns true if a symbol change retired an asset's name: nothing new moves under it.</summary>
    public bool IsOldName(string asset) => Volatile.Read(ref _oldNames).Contains(asset);

    /// <summary>The fee schedules, by asset.</summary>
    public ImmutableArray<FeeSchedule> FeeSchedules => Volatile.Read(ref _fees).Values;

    /// <summary>Returns the fee schedule of a quote asset; null if instruments have their own fees.</summary>
    public FeeSchedule? FeesOf(string asset) => Volatile.Read(ref _fees).GetValueOrDefault(asset);

    /// <summary>The margin rules.</summary>
    public MarginAgreements Margin => Volatile.Read(ref _margin);

    /// <summary>All listed instruments, sorted by symbol.</summary>
    public ImmutableArray<Instrument> Instruments => Volatile.Read(ref _listed).All;

    /// <summary>Returns the business days of a settlement venue.</summary>
    public BusinessCalendar CalendarOf(string venue) =>
        Volatile.Read(ref _calendars).GetValueOrDefault(venue, BusinessCalendar.WithoutHolidays);

    /// <summary>True if there are limits of every account in a symbol, or of an owner over accounts.</summary>
    public bool HasLimits => Volatile.Read(ref _limits).Count > 0 || Volatile.Read(ref _owners).Count > 0;

    /// <summary>Returns an account's part of its owner's limits in a scope.</summary>
    public ImmutableArray<AccountLimit> OwnerPartOf(long account, string scope) =>
        Volatile.Read(ref _owners).GetValueOrDefault((account, scope), []);

    /// <summary>
    /// Trade group of each account that has one; the same object until a group changes. Null until the catalog was
    /// read.
    /// </summary>
    public FrozenDictionary<long, long>? TradeGroups => Volatile.Read(ref _tradeGroups);

    /// <summary>Returns the risk limits of every account in a symbol.</summary>
    public ImmutableArray<AccountLimit> LimitsOf(string symbol) =>
        Volatile.Read(ref _limits).GetValueOrDefault(symbol, []);

    /// <summary>Returns the grain of a symbol's book.</summary>
    public async ValueTask<IOrderBookGrain> BookAsync(string symbol)
    {
        if (!TryGet(symbol, out _))
        {
            await RefreshAsync();
        }

        return grains.Book(TryGet(symbol, out var instrument) ? instrument!.BookKey : symbol);
    }

    /// <summary>Reads the catalog again. The copy is then at least as new as this call.</summary>
    public async Task RefreshAsync()
    {
        var refresh = Begin();
        var all = grains.Catalog();
        Take(refresh, new CatalogReading(
            await all.Instruments(),
            await all.Limits(),
            await all.FeeSchedules(),
            await all.Margin(),
            await all.SettlementCalendars(),
            await all.OwnersLimits(),
            await all.Owners()));
    }

    /// <summary>Returns the number of a refresh that begins now.</summary>
    internal long Begin() => Interlocked.Increment(ref _refreshes);

    /// <summary>Takes what a refresh has read, unless one that began later is in place.</summary>
    internal void Take(long refresh, CatalogReading read)
    {
        lock (_lock)
        {
            // A refresh that began later has read newer values; keep those. If this one replaced it, accounts would use
            // older listings and terms: a position in an instrument without known margin terms counts for nothing.
            if (refresh < _newest)
                return;

            _newest = refresh;
            Take(read);
        }
    }

    private void Take(CatalogReading read)
    {
        Volatile.Write(ref _fees, read.Fees.ToFrozenDictionary(schedule => schedule.Asset, StringComparer.Ordinal));
        Volatile.Write(ref _calendars, read.Calendars.ToFrozenDictionary(
            of => of.Venue, of => new BusinessCalendar(of.Holidays), StringComparer.Ordinal));
        Volatile.Write(
            ref _limits, read.Limits.ToFrozenDictionary(of => of.Symbol, of => of.Limits, StringComparer.Ordinal));
        Volatile.Write(ref _owners, read.OwnersLimits
            .SelectMany(
                of => read.Owned.Where(account => account.Owner == of.Owner)
                    .Select(account => (Key: (account.Account, of.Symbol), Part: of.PartOf(account.Account))))
            .ToFrozenDictionary(part => part.Key, part => part.Part));
        var groups = read.Owned.Where(account => account.TradeGroup != 0)
            .ToFrozenDictionary(account => account.Account, account => account.TradeGroup);
        if (TradeGroups is not { } known || known.Count != groups.Count
            || groups.Any(of => known.GetValueOrDefault(of.Key) != of.Value))
            Volatile.Write(ref _tradeGroups, groups);
        Volatile.Write(ref _listed, _listed.With(read.Instruments));
        Volatile.Write(
            ref _oldNames,
            (read.Margin.OldNames.IsDefault ? [] : read.Margin.OldNames).ToFrozenSet(StringComparer.Ordinal));
        Volatile.Write(
            ref _margin,
            new MarginAgreements(read.Margin, symbol => TryGet(symbol, out var instrument) ? instrument : null));
    }
}

/// <summary>Values read from the catalog.</summary>
internal sealed record CatalogReading(
    ImmutableArray<EncodedInstrument> Instruments,
    ImmutableArray<SymbolLimits> Limits,
    ImmutableArray<FeeSchedule> Fees,
    MarginRulebook Margin,
    ImmutableArray<SettlementCalendar> Calendars,
    ImmutableArray<OwnerLimits> OwnersLimits,
    ImmutableArray<OwnedAccount> Owned);
