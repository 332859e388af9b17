using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>
/// The catalog of listings, keys, users and account owners, built from the stream "catalog". Its objects check a
/// request; the grain records the change, waits until it is durable, and answers.
/// </summary>
[Reentrant, KeepAlive]
public sealed class CatalogGrain(
    JournalWriter writer, IJournalStore store, InstrumentCatalog copy, TimeProvider time, ILogger<CatalogGrain> log)
    : JournaledGrain(writer, time, log), ICatalogGrain
{
    private readonly Catalog _catalog = new();

    // Listings in progress, by symbol.
    private readonly Dictionary<string, Task> _listing = new(StringComparer.Ordinal);

    private Identities Identities => _catalog.Identities;

    private SignalStrategies Signals => _catalog.Signals;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await OpenAsync("catalog", cancellationToken);
        await foreach (var record in store.ReadAsync(Stream.Name, 1, Stream.Head, cancellationToken))
        {
            _catalog.Apply(record.Sequence, CatalogRecordEncoding.Decode(record.Body.Span));
        }
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<EncodedInstrument>> Instruments() =>
        AllDurableAsync(_catalog.Listings.Definitions);

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
    public ValueTask<ImmutableArray<ApiKey>> Keys() => AllDurableAsync(Identities.Keys);

    /// <inheritdoc/>
    public async ValueTask AddKey(ApiKey key) => await DurableAsync(Identities.Add(key, Now));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<OwnedAccount>> Owners() => AllDurableAsync(_catalog.Owners.Accounts);

    /// <inheritdoc/>
    public async ValueTask SetOwner(OwnedAccount account) => await InForceAsync(_catalog.Owners.Set(account, Now));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> BlockedOwners() => AllDurableAsync(_catalog.Owners.Blocked);

    /// <inheritdoc/>
    public async ValueTask BlockOwner(OwnerBlock block) => await DurableAsync(_catalog.Owners.Block(block, Now));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<SymbolLimits>> Limits() => AllDurableAsync(_catalog.Limits.Everyone);

    /// <inheritdoc/>
    public async ValueTask SetLimits(LimitsRequest request) => await InForceAsync(_catalog.Limits.Set(request, Now));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<OwnerLimits>> OwnersLimits() => AllDurableAsync(_catalog.Limits.OfOwners);

    /// <inheritdoc/>
    public ValueTask<string?> SetOwnerLimits(OwnerLimitsRequest request) =>
        InForceAsync(_catalog.Limits.Set(request, Now));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<FeeSchedule>> FeeSchedules() => AllDurableAsync(_catalog.Fees.All);

    /// <inheritdoc/>
    public ValueTask<string?> SetFees(FeesRequest request) => InForceAsync(_catalog.Fees.Set(request, Now));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<SettlementCalendar>> SettlementCalendars() =>
        AllDurableAsync(_catalog.Calendars.All);

    /// <inheritdoc/>
    public ValueTask<string?> SetHolidays(HolidaysRequest request) =>
        InForceAsync(_catalog.Calendars.Set(request, Now));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<BookPin>> Pins() => AllDurableAsync(_catalog.Pins.All);

    /// <inheritdoc/>
    public ValueTask<string?> SetPin(BookPinRequest request) => DurableAsync(_catalog.Pins.Set(request, Now));

    /// <inheritdoc/>
    public ValueTask<BreakerUse> BreakerUsed() => DurableAsync(_catalog.Breaker);

    /// <inheritdoc/>
    public async ValueTask UseBreaker(BreakerUse use) => await DurableAsync(_catalog.Use(use, Now));

    /// <inheritdoc/>
    public ValueTask<MarginRulebook> Margin() => DurableAsync(Rulebook());

    /// <inheritdoc/>
    public ValueTask<string?> SetMarginTerms(MarginTermsRequest request) =>
        InForceAsync(_catalog.Margin.SetTerms(request, _catalog.Actions, Now));

    /// <inheritdoc/>
    public ValueTask<string?> SetMarginPolicy(MarginPolicyRequest request) =>
        InForceAsync(_catalog.Margin.SetPolicy(request, Now));

    /// <inheritdoc/>
    public ValueTask<string?> SetMarginGroup(MarginGroupRequest request) =>
        InForceAsync(_catalog.Margin.SetGroup(request, Now));

    /// <inheritdoc/>
    public ValueTask<string?> SetLocate(LocateRequest request) =>
        InForceAsync(_catalog.Margin.SetLocate(request, Now));

    /// <inheritdoc/>
    public async ValueTask<LiquidationCover> Insure(LiquidationClaim claim)
    {
        Record(_catalog.Insurance.Insure(claim, Now));
        await Stream.WhenDurable(Stream.Head);
        return _catalog.Insurance.CoverOf(claim);
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<DeficitShare>> ShareDeficit(DeficitDay day)
    {
        Record(_catalog.Insurance.Share(day, Now));
        await Stream.WhenDurable(Stream.Head);
        return _catalog.Insurance.SharesOf(day);
    }

    /// <inheritdoc/>
    public async ValueTask EndDeficit(long account, long sequence)
    {
        Record(_catalog.Insurance.End(account, sequence, Now));
        await Stream.WhenDurable(Stream.Head);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<CorporateActionView>> CorporateActions() => AllDurableAsync(_catalog.Actions.All);

    /// <inheritdoc/>
    public async ValueTask<CorporateRefusal?> AnnounceAction(CorporateActionRequest request)
    {
        if (_catalog.Actions.Find(request.Id) is { } known)
        {
            await Stream.WhenDurable(Stream.Head);
            return known.Request.IsSame(request) ? null : new CorporateRefusal("id", "another action has this id");
        }

        if (_catalog.Actions.WhyNot(request, UtcDay.Of(Now)) is { } wrong)
        {
            return wrong;
        }

        Record(new CorporateActionAnnounced(Now, request, request.ExDay == 0 ? Now : UtcDay.StartOf(request.ExDay)));
        await Stream.WhenDurable(Stream.Head);
        return null;
    }

    /// <inheritdoc/>
    public ValueTask BeginAction(string id) =>
        AdvanceAsync(id, CorporateActionState.Announced, new CorporateActionBegun(Now, id));

    /// <inheritdoc/>
    public ValueTask CloseAction(string id, CorporateSums sums) =>
        AdvanceAsync(id, CorporateActionState.Begun, new CorporateActionClosed(Now, id, sums));

    /// <inheritdoc/>
    public ValueTask EndAction(string id) =>
        AdvanceAsync(id, CorporateActionState.Entered, new CorporateActionEnded(Now, id));

    /// <inheritdoc/>
    public ValueTask<UserList> Users() => DurableAsync(Identities.Users.All(Now));

    /// <inheritdoc/>
    public ValueTask<User?> FindUser(string name) => DurableAsync(Identities.Users.Find(name));

    /// <inheritdoc/>
    public ValueTask<SignedIn?> FindSession(string id) => DurableAsync(Identities.Users.FindSession(id, Now));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<UserSession>> SessionsOf(string user) =>
        DurableAsync(Identities.Users.SessionsOf(user, Now));

    /// <inheritdoc/>
    public async ValueTask<UserResult> AddUser(User user, UserEvent how, string by)
    {
        if (how == UserEvent.SignedUp)
        {
            await ExpireUnusedAsync();
        }

        var (result, records) = Identities.Add(user, how, by, Now);
        Record(records);
        return await DurableAsync(result);
    }

    /// <inheritdoc/>
    public async ValueTask<UserResult> ChangeUser(UserChange change)
    {
        var (result, records) = Identities.Change(change, Now);
        Record(records);
        return result.Reason == RejectReason.None ? await DurableAsync(result) : result;
    }

    /// <inheritdoc/>
    public async ValueTask<RejectReason> BeginSession(UserSession session, long codeStep)
    {
        if (Identities.Begin(session, codeStep, Now) is not { } begun)
        {
            return RejectReason.Unauthorized;
        }

        Record(begun);
        return await DurableAsync(RejectReason.None);
    }

    /// <inheritdoc/>
    public ValueTask<bool> EndSessions(string user, string? id, string by) => RecordIfAsync(
        Identities.Users.HasSession(user, id), new SessionsEnded(Now, user, id ?? "", by));

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<SignalStrategyState>> SignalStrategies()
    {
        await Task.WhenAll(Signals.Unloaded().Select(LoadAsync));
        return await DurableAsync(Signals.All(Now));
    }

    /// <inheritdoc/>
    public async ValueTask<SignalStrategyState?> FindSignalStrategy(string name)
    {
        await LoadAsync(name);
        return await DurableAsync(Signals.Find(name, Now));
    }

    /// <inheritdoc/>
    public ValueTask<RejectReason> SetSignalStrategy(SignalStrategy strategy, string by)
    {
        var (reason, record) = Signals.Set(strategy, by, Now);
        Record(record);
        return DurableAsync(reason);
    }

    /// <inheritdoc/>
    public async ValueTask<SignalAdmission> AdmitSignal(string strategy, string key)
    {
        var now = Now;
        return Signals.Find(strategy, now) is not { } state ? new SignalAdmission(RejectReason.UnknownUser, 0)
            : state.PausedUntilNanos > 0 ? new SignalAdmission(RejectReason.SignalsPaused, state.PausedUntilNanos - now)
            : await WindowOf(strategy)
                .Admit(key, state.Strategy.MostInWindow, TimeSpan.FromSeconds(state.Strategy.WindowSeconds).Nanos());
    }

    /// <inheritdoc/>
    public async ValueTask EndSignal(DeadSignal outcome)
    {
        await LoadAsync(outcome.Strategy);
        Record(Signals.End(outcome, Now));
        await KeepFailuresAsync(outcome.Strategy);
        await Stream.WhenDurable(Stream.Head);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ResumeSignals(string strategy, string by)
    {
        await LoadAsync(strategy);
        var isPaused = Signals.Find(strategy, Now) is { PausedUntilNanos: > 0 };
        if (isPaused)
        {
            Record(new SignalsPaused(Now, strategy, 0, by));
        }

        await KeepFailuresAsync(strategy);
        return await DurableAsync(isPaused);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<DeadSignal>> DeadSignals() => DurableAsync(Signals.Dead());

    /// <inheritdoc/>
    public ValueTask<bool> DropDeadSignal(long id, string by) =>
        RecordIfAsync(Signals.HasDead(id), new DeadSignalDropped(Now, id, by));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<AuditLine>> Audit(long before, int limit) =>
        NewestAsync(
            store, before, limit,
            static record => CatalogAudit.Line(record.Sequence, CatalogRecordEncoding.Decode(record.Body.Span)));

    private async ValueTask DefineAsync(Instrument instrument, EncodedInstrument definition)
    {
        _catalog.RequireFits(instrument, definition);

        // The book comes first, because it may reject the definition. The same definition again changes nothing.
        await GrainFactory.Book(instrument.BookKey).Define(instrument.Symbol, definition);

        // Another symbol's listing may have come in between.
        _catalog.RequireFits(instrument, definition);
        if (!_catalog.Listings.Has(instrument.Symbol, definition))
        {
            Record(new InstrumentListed(Now, definition));
        }
    }

    private async ValueTask AdvanceAsync(string id, CorporateActionState from, CatalogRecord step)
    {
        Record(_catalog.Actions.Advance(id, from, step));
        await Stream.WhenDurable(Stream.Head);
    }

    // Each sign-up checks two of the oldest, so that more are removed than added.
    private async ValueTask ExpireUnusedAsync()
    {
        const int AtATime = 2;
        for (var i = 0; i < AtATime && Identities.Users.TakeUnused(Now) is { } user; i++)
        {
            // The account has no records, and no key belongs to it.
            var stream = "acct/" + user.Account.ToString(CultureInfo.InvariantCulture);
            var heads = await store.HeadsAsync(stream, CancellationToken.None);
            if (!heads.Any(head => head.Name == stream && head.Head > 0))
            {
                Record(Identities.Expire(user, Now));
            }
        }
    }

    private ISignalWindowGrain WindowOf(string strategy) => GrainFactory.GetGrain<ISignalWindowGrain>(strategy);

    private async Task LoadAsync(string strategy)
    {
        if (Signals.IsUnloaded(strategy))
        {
            Signals.Load(strategy, await WindowOf(strategy).Failures());
        }
    }

    // Also if the number did not change here: the last write may have failed.
    private ValueTask KeepFailuresAsync(string strategy) =>
        WindowOf(strategy).SetFailures(Signals.FailuresOf(strategy));

    // Nothing is returned before it is durable.
    private async ValueTask<T> DurableAsync<T>(T told)
    {
        await Stream.WhenDurable(Stream.Head);
        return told;
    }

    // Copy before the wait, because the collection may change meanwhile.
    private ValueTask<ImmutableArray<T>> AllDurableAsync<T>(IEnumerable<T> told) =>
        DurableAsync<ImmutableArray<T>>([.. told]);

    /// <summary>Makes a change and waits until it is durable. Returns the refusal, or null.</summary>
    private async ValueTask<string?> DurableAsync(CatalogChange change)
    {
        if (change.Refusal is null)
        {
            Record(change.Record);
            await Stream.WhenDurable(Stream.Head);
        }

        return change.Refusal;
    }

    /// <summary>Makes a change and waits until it is in force. Returns the refusal, or null.</summary>
    private async ValueTask<string?> InForceAsync(CatalogChange change)
    {
        if (change.Refusal is null)
        {
            Record(change.Record);
            await InForceAsync();
        }

        return change.Refusal;
    }

    // Waits until a change is durable and in this silo's copy, by which accounts and books check: the next order after
    // the answer meets the new terms. Other silos read the catalog each second.
    private async ValueTask InForceAsync()
    {
        var (refresh, reading) = (copy.Begin(), Reading());
        await Stream.WhenDurable(Stream.Head);
        copy.Take(refresh, reading);
    }

    private CatalogReading Reading() => new(
        [.. _catalog.Listings.Definitions], [.. _catalog.Limits.Everyone], [.. _catalog.Fees.All], Rulebook(),
        [.. _catalog.Calendars.All], [.. _catalog.Limits.OfOwners], [.. _catalog.Owners.Accounts]);

    private MarginRulebook Rulebook() => _catalog.Margin.Rulebook(_catalog.Insurance, _catalog.Actions);

    private ValueTask<bool> RecordIfAsync(bool condition, CatalogRecord record)
    {
        Record(condition ? record : null);
        return DurableAsync(condition);
    }

    private void Record(ImmutableArray<CatalogRecord> records)
    {
        foreach (var record in records)
        {
            Record(record);
        }
    }

    private void Record(CatalogRecord? record)
    {
        if (record is null)
        {
            return;
        }

        if (Refusal(urgent: true) is var reason and not RejectReason.None)
        {
            throw new InvalidOperationException($"The catalog can't change now: {reason}.");
        }

        Mutate(() =>
        {
            _catalog.Apply(Stream.Append(CatalogRecordEncoding.Encode(record), urgent: true), record);
            return true;
        });
    }
}
