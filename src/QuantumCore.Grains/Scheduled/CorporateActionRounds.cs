using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Scheduled;

/// <summary>Delivers corporate actions to the accounts concerned, and pays them on their day.</summary>
public sealed class CorporateActionRounds(
    HistoryStore history, InstrumentCatalog catalog, IGrainFactory grains, TimeProvider time,
    ILogger<CorporateActionRounds> log)
{
    /// <summary>
    /// Delay after the cut of an action before holdings are read: clocks differ, and earlier records may still be in
    /// flight.
    /// </summary>
    public static readonly TimeSpan CutRest = TimeSpan.FromSeconds(5);

    private const int PartsPerPage = 500;

    /// <summary>Does one round over the unfinished corporate actions.</summary>
    public async Task CarryActionsAsync(CancellationToken cancellationToken)
    {
        var number = 0;
        foreach (var action in await grains.Catalog().CorporateActions())
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Actions are never withdrawn, so the place of an action among them identifies it in every book.
            var place = ++number;
            switch (action.State)
            {
                case CorporateActionState.Announced when action.CutNanos <= time.UnixNanos():
                    await CarryAsync(action, action => BeginAsync(action, place));
                    break;
                case CorporateActionState.Begun when action.CutNanos <= time.UnixNanos() - CutRest.Nanos():
                    await CarryAsync(action, action => EnterAsync(action, place));
                    break;
                case CorporateActionState.Entered when action.Request.PayDay <= UtcDay.Of(time.UnixNanos()):
                    await CarryAsync(action, PayAsync);
                    break;
            }
        }
    }

    // An action that cannot proceed must not block the others.
    private async Task CarryAsync(CorporateActionView action, Func<CorporateActionView, Task> carry)
    {
        try
        {
            await carry(action);
        }
        catch (Exception e)
        {
            GrainLog.ActionWaits(log, e, action.Request.Id, 0);
        }
    }

    // An account that fails must not block the others.
    private async Task TellAsync(CorporateActionView action, long account, Func<IAccountGrain, ValueTask> tell)
    {
        try
        {
            await tell(grains.Account(account));
        }
        catch (Exception e)
        {
            GrainLog.ActionWaits(log, e, action.Request.Id, account);
        }
    }

    /// <summary>
    /// Carries out the cut: adjusts open orders. A change of units waits until its books are halted. The action is
    /// marked as begun before the adjustment, so that they stay halted.
    /// </summary>
    private async Task BeginAsync(CorporateActionView action, int place)
    {
        if (action.Request.ChangesUnits)
        {
            if (!await StandStillAsync(action))
            {
                return;
            }

            if (action.Request.Kind == CorporateActionKind.SymbolChange)
            {
                await grains.Catalog().List(EncodedInstrument.From(await RenamedAsync(action)));
            }

            await grains.Catalog().BeginAction(action.Request.Id);
        }

        await AdjustOrdersAsync(action, place);
        await grains.Catalog().BeginAction(action.Request.Id);
    }

    // Nothing has traded under the new name yet, so the last price under the old one is the reference of market orders.
    private async Task<Instrument> RenamedAsync(CorporateActionView action)
    {
        var renamed = action.Request.Renamed(catalog.Get(action.Request.Symbol));
        var last = (await (await catalog.BookAsync(action.Request.Symbol)).State(action.Request.Symbol)).LastPriceTicks;
        return last > 0 ? renamed with { ReferencePriceTicks = last } : renamed;
    }

    private IEnumerable<Instrument> InstrumentsOf(CorporateActionView action) =>
        catalog.Instruments.Where(instrument => instrument.Base.Name == action.UnitAsset);

    // A halt with a planned end may end before all accounts have their parts.
    private async Task<bool> StandStillAsync(CorporateActionView action)
    {
        foreach (var symbol in InstrumentsOf(action).Select(instrument => instrument.Symbol))
        {
            if (!(await (await catalog.BookAsync(symbol)).State(symbol)).StandsStill)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Adjusts the open orders in each book of the asset, once, because they were for the old kind of unit.
    /// </summary>
    private async Task AdjustOrdersAsync(CorporateActionView action, int place)
    {
        foreach (var instrument in InstrumentsOf(action))
        {
            if (action.AdjustmentOf(instrument) is not { } adjustment)
            {
                continue;
            }

            var call = AdjustOrders.Of(place, in adjustment);
            var reason = await (await catalog.BookAsync(instrument.Symbol)).Operate(instrument.Symbol, call);
            if (reason != RejectReason.None)
            {
                throw new InvalidOperationException($"{instrument.Symbol} can't adjust its orders now: {reason}.");
            }
        }
    }

    /// <summary>
    /// Lets each account decide its part. When all have, keeps the rounding remainder and records the sums.
    /// </summary>
    private async Task EnterAsync(CorporateActionView action, int place)
    {
        if (action.Request.ChangesUnits)
        {
            // Again, because the silo that began the action may have died before this step.
            await AdjustOrdersAsync(action, place);
        }

        if (action.Request.Kind == CorporateActionKind.SymbolChange && !await CloseOldBookAsync(action))
        {
            return;
        }

        var (ledger, after) = (grains.Ledger(), 0L);
        while (await ledger.Entitled(action, after, PartsPerPage) is { IsEmpty: false } entitled)
        {
            foreach (var (account, units) in entitled)
            {
                await TellAsync(action, account, grain => grain.EnterAction(action, units));
            }

            after = entitled[^1].Account;
        }

        if (!(await ledger.Entitled(action, 0, 1)).IsEmpty)
        {
            return;
        }

        var sums = await ledger.CorporateSums(action);
        if (sums.Rounding > 0)
        {
            await grains.Account(AccountId.Rounding.Value).KeepRounding(action, sums.Rounding);
        }

        await grains.Catalog().CloseAction(action.Request.Id, sums);
        GrainLog.ActionEntered(log, action.Request.Id, sums.Accounts);
    }

    /// <summary>
    /// Closes the book of an old name permanently once nothing trades or is in transit. Returns false while something
    /// is in transit.
    /// </summary>
    private async Task<bool> CloseOldBookAsync(CorporateActionView action)
    {
        var (symbol, close) = (action.Request.Symbol, new SetTradingPhase(TradingPhase.Closed));
        var book = await catalog.BookAsync(symbol);
        if ((await book.State(symbol)).Phase != TradingPhase.Closed
            && await book.Operate(symbol, close) is var reason and not RejectReason.None)
        {
            throw new InvalidOperationException($"{symbol} can't be closed now: {reason}.");
        }

        await grains.Ledger().CatchUp();
        return !await history.CorporateActions.IsMovingAsync(action.UnitAsset, CancellationToken.None);
    }

    private async Task PayAsync(CorporateActionView action)
    {
        var (ledger, id, after) = (grains.Ledger(), action.Request.Id, -1L);
        while (await ledger.CorporateParts(
            id, unpaid: true, after, PartsPerPage) is { Parts: { IsEmpty: false } parts })
        {
            foreach (var part in parts)
            {
                await TellAsync(action, part.Account, grain => grain.PayAction(id));
            }

            after = parts[^1].Account;
        }

        if ((await ledger.CorporateParts(id, unpaid: true, after: -1, limit: 1)).Parts.IsEmpty)
        {
            await grains.Catalog().EndAction(id);
        }
    }
}
