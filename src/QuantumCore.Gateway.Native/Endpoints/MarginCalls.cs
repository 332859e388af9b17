using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for margin: terms and policies, kinds of accounts, and their state.</summary>
internal sealed class MarginCalls(
    IGrainFactory grains, AccountQueries accounts, Listings listings, OperatorLog operators)
{
    private ICatalogGrain Catalog => grains.Catalog();

    /// <summary>GET /margin: returns the margin terms.</summary>
    /// <remarks>
    /// Needs a key or session with an account. Rates are millionths (ppm), amounts decimal text of the currency,
    /// quantities decimal text of the base asset.
    /// </remarks>
    public Task<Result<Api.MarginRulebook>> ShowAsync(HttpContext context) => RulebookAsync(isOfficer: false);

    /// <summary>GET /admin/margin: returns terms, locates, insurance and deficits.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. Rates are millionths (ppm), amounts and quantities decimal text.
    /// </remarks>
    public Task<Result<Api.MarginRulebook>> ShowAllAsync(HttpContext context) => RulebookAsync(isOfficer: true);

    /// <summary>GET /admin/accounts/{account}/margin: returns the margin of any account.</summary>
    /// <remarks>
    /// Needs the role risk or administrator; <c>margin</c> is absent for a cash account. Amounts are decimal text of
    /// the account's currency; expect <c>BadRequest</c> for an account that is none.
    /// </remarks>
    public Task<Result<Api.AccountKind>> ShowAnyAsync(HttpContext context, AccountId account) => KindOfAsync(account);

    /// <summary>POST /admin/accounts/{account}/margin: makes an account a margin account.</summary>
    /// <remarks>
    /// Needs the role risk or administrator; <c>currency</c> is the quote asset of its loans, an empty one makes it a
    /// cash account again, and <c>symbol</c> isolates it to one instrument. Expect <c>BadRequest</c> unless the account
    /// has nothing but its currency, all settled, without a debt or an open order.
    /// </remarks>
    public async Task<Result<Api.AccountKind>> SetKindAsync(
        HttpContext context, Caller officer, AccountId account, Api.AccountKindBody text)
    {
        var currency = text.Currency ?? "";
        Refusal? refusal = WhyReading.Check(text.Why);
        if (refusal is null && currency.Length > 0
            && !(await listings.AllAsync()).Any(instrument => instrument.Quote.Name == currency))
            refusal = new Refusal(
                RejectReason.BadRequest, "currency", Detail: "No listed instrument has this quote asset.");
        if (refusal is null && text.Symbol is { Length: > 0 } symbol
            && (await listings.FindAsync(symbol))?.Quote.Name != currency)
            refusal = new Refusal(
                RejectReason.BadRequest, "symbol",
                Detail: "The symbol must be a listed instrument with the account's currency as its quote asset.");
        if (refusal is null
            && await grains.Account(account.Value)
                .SetKind(new(currency, officer.Name, text.Why ?? "", text.Symbol)) is { } reason)
            refusal = Refusal.Malformed(
                string.IsNullOrEmpty(text.Symbol) ? "currency" : null, FeesReading.Sentence(reason));
        refusal ??= await operators.NoteAsync(officer, "accountKindSet", account.ToString(), text);
        return refusal is { } refused ? refused : await KindOfAsync(account);
    }

    /// <summary>POST /admin/margin/instruments/{symbol}: sets an instrument's margin terms.</summary>
    /// <remarks>
    /// Needs the role risk or administrator; rates are millionths (ppm), <c>upTo</c> and <c>cheapBelow</c> decimal text
    /// of the currency, <c>lendable</c> of the base asset. They apply to later orders, and cannot be removed. Expect
    /// <c>UnknownSymbol</c>, or <c>BadRequest</c> for tiers that do not rise.
    /// </remarks>
    public async Task<Result<Api.MarginRulebook>> SetTermsAsync(
        HttpContext context, Caller officer, Instrument instrument, Api.MarginTermsBody text)
    {
        var (refusal, terms) = MarginReading.Read(text, instrument);
        if (terms is not null && await Catalog.SetMarginTerms(
            new(instrument.Symbol, EncodedMarginTerms.From(terms), officer.Name, text.Why ?? "")) is { } reason)
        {
            refusal = Refusal.Malformed(null, FeesReading.Sentence(reason));
        }

        return refusal is { } refused ? refused : await RulebookAsync(isOfficer: true);
    }

    /// <summary>POST /admin/margin/currencies/{asset}: sets a currency's margin policy.</summary>
    /// <remarks>
    /// Needs the role risk or administrator; rates are millionths (ppm), <c>callSeconds</c> seconds, <c>skin</c>
    /// decimal text. Expect <c>BadRequest</c> for an asset that no instrument is paid in, and for a body without a
    /// member.
    /// </remarks>
    public async Task<Result<Api.MarginRulebook>> SetPolicyAsync(
        HttpContext context, Caller officer, Api.MarginPolicyBody text)
    {
        var asset = Call.Path(context, "asset");
        if ((await listings.AllAsync()).FirstOrDefault(listed => listed.Quote.Name == asset)?.Quote is not { } currency)
            return Refusal.Malformed("asset", "No listed instrument has this quote asset.");

        var (refusal, policy) = MarginReading.Read(text, currency);
        if (text with { Why = null } == new Api.MarginPolicyBody())
            refusal = Refusal.Malformed(
                null,
                "The request must have at least one of loanPpm, dayBasis, callSeconds, liquidationPpm, targetPpm, feePpm, sharesOut and skin.");
        if (refusal is null && await Catalog.SetMarginPolicy(
            new(asset, EncodedMarginPolicy.From(policy), officer.Name, text.Why ?? "")) is { } reason)
        {
            refusal = Refusal.Malformed("asset", FeesReading.Sentence(reason));
        }

        return refusal is { } refused ? refused : await RulebookAsync(isOfficer: true);
    }

    /// <summary>POST /admin/margin/groups/{group}: sets a group's margin credit.</summary>
    /// <remarks>
    /// Needs the role risk or administrator; <c>creditPpm</c> is 0 to 1000000 millionths of the smaller side's
    /// requirement, and 0 removes the group. Expect <c>BadRequest</c> for another number, or a name that is none.
    /// </remarks>
    public async Task<Result<Api.MarginRulebook>> SetGroupAsync(
        HttpContext context, Caller officer, Api.MarginGroupBody text)
    {
        var group = Call.Path(context, "group");
        var refusal = text.CreditPpm is null
            ? Refusal.Malformed("creditPpm", "Millionths of what the smaller side needs; 0 for none.")
            : WhyReading.Check(text.Why);
        if (refusal is null
            && await Catalog.SetMarginGroup(
                new(group, text.CreditPpm ?? 0, officer.Name, text.Why ?? "")) is { } reason)
            refusal = Refusal.Malformed(
                reason == MarginTerms.NoGroupName ? "group" : "creditPpm", FeesReading.Sentence(reason));

        return refusal is { } refused ? refused : await RulebookAsync(isOfficer: true);
    }

    /// <summary>POST /admin/accounts/{account}/locates: sets units an account may borrow.</summary>
    /// <remarks>
    /// Needs the role risk or administrator; <c>quantity</c> is decimal text, a multiple of the lot, and is what the
    /// account may sell short. Expect <c>UnknownSymbol</c>, or <c>BadRequest</c> for an instrument that is not sold
    /// short or has not as much to lend.
    /// </remarks>
    public async Task<Result<Api.MarginRulebook>> LocateAsync(
        HttpContext context, Caller officer, AccountId account, Api.LocateBody text)
    {
        if (await listings.FindAsync(text.Symbol ?? "") is not { } instrument)
            return await listings.UnknownAsync(text.Symbol);

        var refusal = WhyReading.Check(text.Why);
        var lots = MarginReading.Lots("quantity", text.Quantity, 0, instrument, ref refusal);
        if (refusal is null && await Catalog.SetLocate(
            new(instrument.Symbol, account.Value, lots, officer.Name, text.Why ?? "")) is { } reason)
        {
            refusal = Refusal.Malformed("quantity", FeesReading.Sentence(reason));
        }

        return refusal is { } refused ? refused : await RulebookAsync(isOfficer: true);
    }

    private async Task<Result<Api.AccountKind>> KindOfAsync(AccountId account)
    {
        var (view, instruments) = (await accounts.ViewAsync(account.Value), await listings.BySymbolAsync());
        return new Api.AccountKind(ApiValues.Account(view.Account), view.Margin?.ToApi(instruments));
    }

    private async Task<Result<Api.MarginRulebook>> RulebookAsync(bool isOfficer)
    {
        var (rulebook, instruments) = (await Catalog.Margin(), await listings.BySymbolAsync());
        var assets = (await listings.AllAsync()).Select(instrument => instrument.Quote).DistinctBy(asset => asset.Name)
            .ToDictionary(asset => asset.Name, StringComparer.Ordinal);
        return new Api.MarginRulebook(
            [.. rulebook.Terms.Where(terms => instruments.ContainsKey(terms.Symbol))
                .Select(terms => terms.ToApi(instruments[terms.Symbol]))],
            [.. rulebook.Policies.Select(policy => policy.ToApi(assets[policy.Asset]))],
            [.. rulebook.Credits.Select(group => new Api.MarginGroup(group.Group, group.CreditPpm))],
            !isOfficer ? null : [.. rulebook.Locates.Select(locate => new Api.Locate(
                ApiValues.Account(locate.Account), locate.Symbol, instruments[locate.Symbol].QuantityOf(locate.Lots)))],
            !isOfficer
                ? null
                : [.. rulebook.Funds.Select(
                    fund => new Api.InsuranceFund(fund.Asset, assets[fund.Asset].AmountOf(fund.Amount)))],
            !isOfficer ? null : [.. rulebook.Deficits.Select(deficit => new Api.SharedDeficit(
                ApiValues.Account(deficit.Account), deficit.Asset, assets[deficit.Asset].AmountOf(deficit.Amount),
                new(deficit.TimeNanos)))]);
    }
}
