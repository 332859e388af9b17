using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

public class AnnouncedActionsTests
{
    private static readonly long s_today = UtcDay.Of(CatalogSample.Now);
    private readonly CatalogSample _sample = new(Sample.Share);

    private AnnouncedActions Actions => _sample.Catalog.Actions;

    [Fact]
    public void Split_waits_for_the_action_before_it()
    {
        Announce(Dividend("div"));
        Assert.Equal("symbol", Actions.WhyNot(Split("split"), s_today)?.Field);
        Assert.Null(Actions.WhyNot(Dividend("another"), s_today));
        Advance("div", CorporateActionState.Announced, new CorporateActionBegun(CatalogSample.Now, "div"));
        Advance("div", CorporateActionState.Begun, new CorporateActionClosed(CatalogSample.Now, "div", default));
        Assert.Null(Actions.WhyNot(Split("split"), s_today));
    }

    [Fact]
    public void Step_is_recorded_once_and_of_a_known_action()
    {
        Announce(Split("split"));
        var begun = new CorporateActionBegun(CatalogSample.Now + 7, "split");
        Advance("split", CorporateActionState.Announced, begun);
        Assert.Equal(CatalogSample.Now + 7, Actions.Find("split")?.CutNanos);
        Assert.Null(Actions.Advance("split", CorporateActionState.Announced, begun));
        Assert.Throws<ArgumentException>(() => Actions.Advance("none", CorporateActionState.Announced, begun));
    }

    [Fact]
    public void Announced_name_is_reserved_for_the_renamed_instrument()
    {
        var change = new CorporateActionRequest(
            "name", CorporateActionKind.SymbolChange, "AAPL", 0, 0, 1, "", "", NewSymbol: "PEAR", NewAsset: "PEAR");
        Announce(change);
        Assert.Throws<ArgumentException>(() => _sample.List(Sample.Coin with { Symbol = "PEAR" }));
        Assert.Empty(Actions.OldNames);
        Advance("name", CorporateActionState.Announced, new CorporateActionBegun(CatalogSample.Now, "name"));
        Assert.Equal(["AAPL"], Actions.OldNames);
        _sample.List(change.Renamed(Sample.Share));
        Assert.NotNull(Actions.WhyNot(Dividend("late"), s_today));
    }

    [Fact]
    public void Units_on_margin_are_not_split_and_units_that_are_split_get_no_margin()
    {
        Announce(Split("split"));
        Assert.NotNull(Actions.WhyNoMargin(Sample.Share));
        Assert.Throws<ArgumentException>(() => _sample.List(Sample.Share with { Symbol = "AAPL2" }));

        var margined = new CatalogSample(Sample.Share);
        margined.Make(margined.Catalog.Margin.SetTerms(
            new MarginTermsRequest(
                "AAPL", EncodedMarginTerms.From(new MarginTerms { Long = MarginTable.Flat(500_000, 250_000) }), "", ""),
            margined.Catalog.Actions, CatalogSample.Now));
        Assert.Equal("symbol", margined.Catalog.Actions.WhyNot(Split("split"), s_today)?.Field);
    }

    [Theory]
    [InlineData("symbol")]
    [InlineData("amount")]
    [InlineData("exDate")]
    [InlineData("payDate")]
    [InlineData("ratio")]
    public void Wrong_field_is_named(string field)
    {
        var request = field switch
        {
            "symbol" => Dividend("a") with { Symbol = "NONE" },
            "amount" => Dividend("a") with { Rate = 0 },
            "exDate" => Dividend("a") with { ExDay = s_today - 1 },
            "payDate" => Dividend("a") with { ExDay = s_today + 2, PayDay = s_today + 1 },
            _ => Split("a") with { Denominator = 2 },
        };
        Assert.Equal(field, Actions.WhyNot(request, s_today)?.Field);
    }

    private static CorporateActionRequest Dividend(string id) =>
        new(id, CorporateActionKind.CashDividend, "AAPL", 0, 0, 5, "", "");

    private static CorporateActionRequest Split(string id) =>
        new(id, CorporateActionKind.Split, "AAPL", 0, 0, 1, "", "", Numerator: 2, Denominator: 1);

    private void Announce(CorporateActionRequest request)
    {
        Assert.Null(Actions.WhyNot(request, s_today));
        _sample.Apply(new CorporateActionAnnounced(CatalogSample.Now, request, CatalogSample.Now));
    }

    private void Advance(string id, CorporateActionState from, CatalogRecord step) =>
        _sample.Apply(Actions.Advance(id, from, step)!);
}
