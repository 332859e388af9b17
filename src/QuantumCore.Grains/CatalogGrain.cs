using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>The catalog of listings, keys, users and account owners, built from the stream "catalog".</summary>
[Reentrant, KeepAlive]
public sealed partial class CatalogGrain(
    JournalWriter writer, IJournalStore store, InstrumentCatalog copy, TimeProvider time, ILogger<CatalogGrain> log)
    : JournaledGrain(writer, time, log), ICatalogGrain
{
    private readonly SortedDictionary<string, EncodedInstrument> _listed = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ApiKey> _keys = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, OwnedAccount> _owned = [];
    private readonly SortedDictionary<string, SymbolLimits> _limits = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, FeeSchedule> _fees = new(StringComparer.Ordinal);

    // Listings in progress, by symbol.
    private readonly Dictionary<string, Task> _listing = new(StringComparer.Ordinal);

    // Decimals of every asset of a listed instrument.
    private readonly Dictionary<string, int> _decimals = new(StringComparer.Ordinal);

    // The lowest fee rates that any order may still have, by quote asset.
    private readonly Dictionary<string, (int Maker, int Taker)> _lowest = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await OpenAsync("catalog", cancellationToken);
        await foreach (var record in store.ReadAsync(Stream.Name, 1, Stream.Head, cancellationToken))
        {
            Apply(record.Sequence, CatalogRecordEncoding.Decode(record.Body.Span));
        }
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<EncodedInstrument>> Instruments() => AllWhenDurable(_listed.Values);

    /// <inheritdoc/>
    public async ValueTask List(EncodedInstrument definition)
    {
        var instrument = definition.Decode();
        if (instrument.Check() is { } wrong)
        {
            throw new ArgumentException($"{instrument.Symbol}: {wrong.Why}.", nameof(definition));
        }

        // One at a time for a symbol: of two conflicting listings, the book might keep the one that is rejected here.
        while (_listing.TryGetValue(instrument.Symbol, out var other))
        {
            await other;
        }

        var done = new TaskCompletionSource();
        _listing.Add(instrument.Symbol, done.Task);
        try
        {
            await DefineAsync(instrument, definition);
        }
        finally
        {
            _listing.Remove(instrument.Symbol);
            done.SetResult();
        }

        await InForceAsync();
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<ApiKey>> Keys() => AllWhenDurable(_keys.Values);

    /// <inheritdoc/>
    public async ValueTask AddKey(ApiKey key)
    {
        if (!_keys.TryGetValue(key.Hash, out var known) || known != key)
        {
            Record(new KeyAdded(Now, key));
        }

        await Stream.WhenDurable(Stream.Head);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<OwnedAccount>> Owners() => AllWhenDurable(OwnedAccounts());

    /// <inheritdoc/>
    public async ValueTask SetOwner(OwnedAccount account)
    {
        account = account with { TradeGroup = 0 };
        if (_owned.GetValueOrDefault(account.Account, account with { Owner = "" }) != account)
        {
            Record(new OwnerSet(Now, account));
        }

        await InForceAsync();
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<SymbolLimits>> Limits() => AllWhenDurable(_limits.Values);

    /// <inheritdoc/>
    public async ValueTask SetLimits(LimitsRequest request)
    {
        if (!_listed.ContainsKey(request.Symbol) || request.Check(forEveryone: true) is not null)
        {
            throw new ArgumentException(
                $"{request.Symbol}: {request.Check(forEveryone: true) ?? "is not listed"}.", nameof(request));
        }

        if (!(_limits.GetValueOrDefault(request.Symbol)?.Limits ?? []).SequenceEqual(request.Limits))
        {
            Record(new EveryonesLimitsSet(Now, request));
        }

        await InForceAsync();
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<FeeSchedule>> FeeSchedules() => AllWhenDurable(_fees.Values);

    /// <inheritdoc/>
    public async ValueTask<string?> SetFees(FeesRequest request)
    {
        var schedule = request.Schedule;
        if (!_lowest.TryGetValue(schedule.Asset, out var lowest))
        {
            return "no instrument is paid in this asset";
        }

        if (schedule.Check() is { } wrong)
        {
            return wrong.Sentence;
        }

        foreach (var tier in schedule.Tiers)
        {
            lowest = Lower(lowest, tier.MakerPpm, tier.TakerPpm);
        }

        if (lowest.Maker + (long)lowest.Taker < 0)
        {
            return $"a rebate of {-lowest.Maker} millionths is more than the lowest taker fee there was, {lowest.Taker}";
        }

        var known = _fees.GetValueOrDefault(schedule.Asset, schedule with { Tiers = [], Minimum = 0 });
        if (!known.Tiers.SequenceEqual(schedule.Tiers) || known.Minimum != schedule.Minimum)
        {
            Record(new FeesScheduled(Now, request));
        }

        await InForceAsync();
        return null;
    }

    private static (int Maker, int Taker) Lower((int Maker, int Taker) rates, int maker, int taker) =>
        (Math.Min(rates.Maker, maker), Math.Min(rates.Taker, taker));

    private void NoteRates(string asset, int maker, int taker) =>
        _lowest[asset] = Lower(_lowest.GetValueOrDefault(asset, (maker, taker)), maker, taker);

    private async ValueTask DefineAsync(Instrument instrument, EncodedInstrument definition)
    {
        RequireFits(instrument, definition);

        // The book comes first, because it may reject the definition. The same definition again changes nothing.
        await GrainFactory.Book(instrument.BookKey).Define(instrument.Symbol, definition);

        // Another symbol's listing may have come in between.
        RequireFits(instrument, definition);
        if (!_listed.TryGetValue(instrument.Symbol, out var known) || !known.Equals(definition))
        {
            Record(new InstrumentListed(Now, definition));
        }
    }

    private void RequireFits(Instrument instrument, EncodedInstrument definition)
    {
        RequireSameScale(instrument, definition);
        RequireFreeName(instrument);
        RequireSameUnits(instrument);
        RequireSameGroup(instrument, definition);
        RequireSameSettlement(instrument, definition);
        if (_lowest.TryGetValue(instrument.Quote.Name, out var rates) && rates.Maker + instrument.TakerFeePpm < 0)
        {
            throw new ArgumentException(
                $"{instrument.Symbol}: orders paid in {instrument.Quote.Name} get rebates of {-rates.Maker} millionths; a taker pays less.",
                nameof(definition));
        }
    }

    /// <summary>Requires the same group: another group would be another grain for an existing book.</summary>
    private void RequireSameGroup(Instrument instrument, EncodedInstrument definition)
    {
        if (_listed.TryGetValue(instrument.Symbol, out var known) && known.Decode().Group != instrument.Group)
        {
            throw new ArgumentException(
                $"{instrument.Symbol}: the group of a listed instrument never changes.", nameof(definition));
        }
    }

    /// <summary>Requires the same settlement terms: old trades are booked by the current definition, too.</summary>
    private void RequireSameSettlement(Instrument instrument, EncodedInstrument definition)
    {
        if (_listed.TryGetValue(instrument.Symbol, out var known) && known.Decode() is var listed
            && (listed.SettlementDays,
                listed.SettlementVenue) != (instrument.SettlementDays, instrument.SettlementVenue))
        {
            throw new ArgumentException(
                $"{instrument.Symbol}: the settlement of a listed instrument never changes.", nameof(definition));
        }
    }

    private void RequireSameScale(Instrument instrument, EncodedInstrument definition)
    {
        if (Array.Exists(
            [instrument.Base, instrument.Quote],
            asset => _decimals.GetValueOrDefault(asset.Name, asset.Decimals) != asset.Decimals))
        {
            throw new ArgumentException(
                $"{instrument.Symbol}: the decimals of a listed asset never change.", nameof(definition));
        }
    }

    // Nothing is returned before it is durable.
    private async ValueTask<T> WhenDurable<T>(T told)
    {
        await Stream.WhenDurable(Stream.Head);
        return told;
    }

    // Copy before the wait, because the collection may change meanwhile.
    private ValueTask<ImmutableArray<T>> AllWhenDurable<T>(IEnumerable<T> told) =>
        WhenDurable<ImmutableArray<T>>([.. told]);

    // Waits until a change is durable and in this silo's copy, by which accounts and books check: the next order after
    // the answer meets the new terms. Other silos read the catalog each second.
    private async ValueTask InForceAsync()
    {
        var (refresh, reading) = (copy.Begin(), Reading());
        await Stream.WhenDurable(Stream.Head);
        copy.Take(refresh, reading);
    }

    private CatalogReading Reading() => new(
        [.. _listed.Values], [.. _limits.Values], [.. _fees.Values], Rulebook(), [.. Calendars()],
        [.. _ownerLimits.Values], [.. OwnedAccounts()]);

    private IEnumerable<OwnedAccount> OwnedAccounts() => _owned.Values.Select(
        account => account with { TradeGroup = _tradeGroups.GetValueOrDefault(account.Owner) });

    private void Record(CatalogRecord record)
    {
        if (Refusal(urgent: true) is var reason and not RejectReason.None)
        {
            throw new InvalidOperationException($"The catalog can't change now: {reason}.");
        }

        Mutate(() =>
        {
            Apply(Stream.Append(CatalogRecordEncoding.Encode(record), urgent: true), record);
            return true;
        });
    }

    private void Apply(long sequence, CatalogRecord record)
    {
        switch (record)
        {
            case InstrumentListed listed:
                var instrument = listed.Definition.Decode();
                _listed[instrument.Symbol] = listed.Definition;
                (_decimals[instrument.Base.Name],
                    _decimals[instrument.Quote.Name]) = (instrument.Base.Decimals, instrument.Quote.Decimals);
                NoteRates(instrument.Quote.Name, instrument.MakerFeePpm, instrument.TakerFeePpm);
                break;
            case KeyAdded added:
                _keys[added.Key.Hash] = added.Key;
                break;
            case OwnerSet { Account.Owner.Length: > 0 } set:
                Apply(set.Account);
                break;
            case OwnerSet set:
                _owned.Remove(set.Account.Account);
                break;
            case EveryonesLimitsSet { Limits: { Limits.IsEmpty: true } none }:
                _limits.Remove(none.Symbol);
                break;
            case FeesScheduled { Fees.Schedule: var schedule }:
                Apply(schedule);
                break;
            case EveryonesLimitsSet { Limits: var limits }:
                _limits[limits.Symbol] = new SymbolLimits(limits.Symbol, limits.Limits);
                break;
            case MarginTermsSet or MarginPolicySet or MarginGroupSet or LocateSet or LiquidationInsured or DeficitShared
                or DeficitEnded:
                ApplyMargin(record);
                break;
            case HolidaysSet holidays:
                Apply(holidays);
                break;
            case OwnerLimitsSet owner:
                Apply(owner);
                break;
            case OwnerBlocked blocked:
                Apply(blocked);
                break;
            case CorporateActionAnnounced or CorporateActionBegun or CorporateActionClosed or CorporateActionEnded:
                ApplyAction(record);
                break;
            case BookPinned pinned:
                Apply(pinned);
                break;
            case MarketStopped stopped:
                _breaker = stopped.Use;
                break;
            case UserSet or SessionBegun or SessionsEnded or CodeUsed:
                _users.Apply(record);
                break;
            case SignalStrategySet or SignalFailed or SignalsPaused or DeadSignalDropped:
                _signals.Apply(sequence, record);
                break;
            default:
                throw new InvalidDataException($"{record.GetType().Name} is not a catalog's record.");
        }
    }

    private void Apply(FeeSchedule schedule)
    {
        if (schedule.Tiers.IsEmpty)
        {
            _fees.Remove(schedule.Asset);
            return;
        }

        _fees[schedule.Asset] = schedule;
        foreach (var tier in schedule.Tiers)
        {
            NoteRates(schedule.Asset, tier.MakerPpm, tier.TakerPpm);
        }
    }
}
