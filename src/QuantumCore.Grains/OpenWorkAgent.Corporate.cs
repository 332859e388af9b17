using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>Brings corporate actions to the accounts that they concern, and pays them when their day has come.</summary>
public sealed partial class OpenWorkAgent
{
    /// <summary>So long after the cut of an action nobody asks who had what: clocks differ, and records of before it may be on their way.</summary>
    public static readonly TimeSpan CutRest = TimeSpan.FromSeconds(5);

    private const int PartsPerPage = 500;

    /// <summary>One round over the corporate actions that are not at their end.</summary>
    public async Task CarryActionsAsync(CancellationToken cancellationToken)
    {
        foreach (var action in await grains.Catalog().CorporateActions())
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (action.State)
            {
                case CorporateActionState.Announced when action.CutNanos <= NanosAt(TimeSpan.Zero):
                    await CarryAsync(action, BeginAsync);
                    break;
                case CorporateActionState.Begun when action.CutNanos <= NanosAt(-CutRest):
                    await CarryAsync(action, EnterAsync);
                    break;
                case CorporateActionState.Entered when action.Request.PayDay <= UtcDay.Of(NanosAt(TimeSpan.Zero)):
                    await CarryAsync(action, PayAsync);
                    break;
            }
        }
    }

    // One action that can't go on must not keep the others.
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

    // Nor one account the others.
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

    /// <summary>The cut: open orders end. A split waits until its books stand still.</summary>
    private async Task BeginAsync(CorporateActionView action)
    {
        if (action.Request.Kind != CorporateActionKind.Split || await StandStillAsync(action))
        {
            await EndOrdersAsync(action);
            await grains.Catalog().BeginAction(action.Request.Id);
        }
    }

    private IEnumerable<string> SymbolsOf(CorporateActionView action) =>
        catalog.Instruments.Where(instrument => instrument.Base.Name == action.UnitAsset).Select(instrument => instrument.Symbol);

    // A halt that is planned to end may end before all accounts have their part.
    private async Task<bool> StandStillAsync(CorporateActionView action)
    {
        foreach (var symbol in SymbolsOf(action))
        {
            if (await (await catalog.BookAsync(symbol)).State(symbol) is not { Phase: TradingPhase.Halt or TradingPhase.Closed, Plan: null })
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Orders that are open at the cut asked for another thing than is traded from then on: they end, in each book of the asset.</summary>
    private async Task EndOrdersAsync(CorporateActionView action)
    {
        foreach (var symbol in SymbolsOf(action))
        {
            var reason = await (await catalog.BookAsync(symbol)).Operate(symbol, BookCommand.Of(BookVerb.EndOrders, (long)EndReason.CorporateAction));
            if (reason != RejectReason.None)
            {
                throw new InvalidOperationException($"{symbol} can't end its orders now: {reason}.");
            }
        }
    }

    /// <summary>Each account decides its part; when all have, what rounding left is kept and the sums are told.</summary>
    private async Task EnterAsync(CorporateActionView action)
    {
        if (action.Request.Kind == CorporateActionKind.Split)
        {
            // What was entered into a book that stands still holds units that are not there any more.
            await EndOrdersAsync(action);
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

    private async Task PayAsync(CorporateActionView action)
    {
        var (ledger, id, after) = (grains.Ledger(), action.Request.Id, -1L);
        while (await ledger.CorporateParts(id, unpaid: true, after, PartsPerPage) is { Parts: { IsEmpty: false } parts })
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

internal static partial class GrainLog
{
    [LoggerMessage(47, LogLevel.Warning, "Corporate action {Action} can't go on at account {Account} (0: at all); it is tried again.")]
    public static partial void ActionWaits(ILogger logger, Exception exception, string action, long account);

    [LoggerMessage(48, LogLevel.Information, "Corporate action {Action} is on record in each of {Accounts} accounts.")]
    public static partial void ActionEntered(ILogger logger, string action, int accounts);
}
