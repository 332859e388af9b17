using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Bench.Recovery;

/// <summary>Corporate actions in a journal.</summary>
internal sealed partial class JournalMaker
{
    /// <summary>
    /// Announces a dividend of the first book's asset and records it in every account. Pays it unless it has a pay
    /// date.
    /// </summary>
    /// <param name="id">Id of the action.</param>
    /// <param name="paysLater">True to leave it pending.</param>
    /// <param name="change">Changes each part before it is recorded.</param>
    public async Task PayDividendAsync(
        string id, bool paysLater, Func<CorporateActionEntered, CorporateActionEntered> change)
    {
        var share = _listed[Symbol(0)];
        var cut = ++_now;
        var request = new CorporateActionRequest(
            id, CorporateActionKind.CashDividend, share.Symbol, 0, paysLater ? UtcDay.Of(cut) + 30 : 0, 1_250_000_000,
            "desk", "");
        var action = new CorporateActionView(
            request, cut, cut, share.Base.Name, share.Base.Decimals, share.Quote.Name, share.Quote.Decimals,
            CorporateActionState.Begun, default);
        var catalog = await _writer.OpenAsync("catalog", CancellationToken.None);
        catalog.Append(CatalogRecordEncoding.Encode(new CorporateActionAnnounced(cut, request, cut)));
        catalog.Append(CatalogRecordEncoding.Encode(new CorporateActionBegun(++_now, id)));
        var (units, amount) = ((Int128)0, (Int128)0);
        for (var i = 0; i < _accounts.Count; i++)
        {
            var machine = _accounts[i].Machine;
            var part =
                (CorporateActionEntered)machine.EnterAction(action, machine.Account.Of(share.Base).Total, ++_now)!;
            (units, amount) = (units + part.Units, amount + part.Amount);
            Append(i, change(part));
        }

        var rest = DividendShare.Rest(units, share.Base.Decimals, request.Rate, amount);
        var sums = new CorporateSums(_accounts.Count, units, 0, amount, 0, rest);
        if (rest > 0)
        {
            var keeper = new AccountMachine(AccountId.Rounding, symbol => _listed[symbol]);
            var stream = await _writer.OpenAsync("acct/5", CancellationToken.None);
            await stream.WhenDurable(
                stream.Append(AccountRecordEncoding.Encode(keeper.KeepRounding(action, rest, ++_now)!)));
        }

        await DurableAsync();
        await catalog.WhenDurable(
            catalog.Append(CatalogRecordEncoding.Encode(new CorporateActionClosed(++_now, id, sums))));
    }

    /// <summary>Adds a 3:2 split of the first book's asset, while nobody trades.</summary>
    /// <param name="id">Id of the action.</param>
    /// <param name="change">Changes each part before it is recorded.</param>
    public async Task SplitAsync(string id, Func<SplitEntered, SplitEntered> change)
    {
        var share = _listed[Symbol(0)];
        var request = new CorporateActionRequest(
            id, CorporateActionKind.Split, share.Symbol, 0, 0, 100_000_000_001, "desk", "", 3, 2);
        var announced = ++_now;
        var action = new CorporateActionView(
            request, announced, ++_now, share.Base.Name, share.Base.Decimals, share.Quote.Name, share.Quote.Decimals,
            CorporateActionState.Begun, default);
        var catalog = await _writer.OpenAsync("catalog", CancellationToken.None);
        catalog.Append(CatalogRecordEncoding.Encode(new CorporateActionAnnounced(announced, request, announced)));
        catalog.Append(CatalogRecordEncoding.Encode(new CorporateActionBegun(_now, id)));
        var (units, amount) = ((Int128)0, (Int128)0);
        for (var i = 0; i < _accounts.Count; i++)
        {
            var machine = _accounts[i].Machine;
            var part = (SplitEntered)machine.EnterAction(action, machine.Account.Of(share.Base).Total, ++_now)!;
            (units, amount) = (units + part.Units, amount + part.Amount);
            Append(i, change(part));
        }

        await DurableAsync();
        await catalog.WhenDurable(catalog.Append(CatalogRecordEncoding.Encode(
            new CorporateActionClosed(++_now, id, new CorporateSums(_accounts.Count, units, 0, amount, 0, 0)))));
    }

    /// <summary>Adds a symbol change of an instrument that nobody trades, whose units were deposited.</summary>
    /// <param name="id">Id of the action.</param>
    /// <param name="change">Changes each part before it is recorded.</param>
    public async Task ChangeSymbolAsync(string id, Func<SymbolChanged, SymbolChanged> change)
    {
        var share = _listed[Symbol(0)];
        var former = share with { Symbol = "FORMER", Base = share.Base with { Name = "FORMER" } };
        _listed.Add(former.Symbol, former);
        var request = new CorporateActionRequest(
            id, CorporateActionKind.SymbolChange, former.Symbol, 0, 0, 1, "desk", "", NewSymbol: "LATER",
            NewAsset: "LATER");
        var action = new CorporateActionView(
            request, ++_now, _now, former.Base.Name, former.Base.Decimals, "LATER", former.Base.Decimals,
            CorporateActionState.Begun, default);
        var catalog = await _writer.OpenAsync("catalog", CancellationToken.None);
        catalog.Append(CatalogRecordEncoding.Encode(new InstrumentListed(_now, EncodedInstrument.From(former))));
        catalog.Append(CatalogRecordEncoding.Encode(new CorporateActionAnnounced(_now, request, _now)));
        catalog.Append(
            CatalogRecordEncoding.Encode(new InstrumentListed(_now, EncodedInstrument.From(request.Renamed(former)))));
        catalog.Append(CatalogRecordEncoding.Encode(new CorporateActionBegun(_now, id)));
        Int128 units = 0;
        for (var i = 0; i < _accounts.Count; i++)
        {
            // An account's own record from after the cut, by a clock that was ahead, counts all the same.
            var machine = _accounts[i].Machine;
            Append(i, machine.Deposit(new DepositRequest("former", former.Base.Name, 70 + i), former.Base, ++_now));
            Append(i, change((SymbolChanged)machine.EnterAction(action, 0, ++_now)!));
            units += 70 + i;
        }

        await DurableAsync();
        await catalog.WhenDurable(catalog.Append(CatalogRecordEncoding.Encode(
            new CorporateActionClosed(++_now, id, new CorporateSums(_accounts.Count, units, 0, units, 0, 0)))));
    }
}
