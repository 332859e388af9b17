using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

public class MarginPoliciesTests
{
    private const long Customer = 1_001;
    private readonly CatalogSample _sample = new(Sample.Share, Sample.Coin);

    private MarginPolicies Margin => _sample.Catalog.Margin;

    [Fact]
    public void Locates_are_at_most_the_lendable_lots()
    {
        Assert.Equal("it is not sold short", Locate(Customer, 1));
        Assert.Null(SetTerms("AAPL", lendable: 100));
        Assert.Null(Locate(Customer, 60));
        Assert.NotNull(Locate(1_002, 41));
        Assert.Null(Locate(1_002, 40));
        Assert.NotNull(Locate(4, 0));
        Assert.NotNull(SetTerms("AAPL", lendable: 99));
        Assert.Null(Locate(Customer, 0));
        Assert.Null(SetTerms("AAPL", lendable: 40));
    }

    [Fact]
    public void Asset_is_traded_on_margin_as_one_symbol_of_a_currency()
    {
        _sample.List(Sample.Share with { Symbol = "AAPL2" });
        Assert.Null(SetTerms("AAPL"));
        Assert.NotNull(SetTerms("AAPL2"));
        Assert.True(Margin.IsOnMargin("AAPL"));
        Assert.False(Margin.IsOnMargin("AAPL2"));
    }

    [Fact]
    public void Policy_is_of_a_currency_that_pays_an_instrument()
    {
        var policy = EncodedMarginPolicy.From(new MarginPolicy { LoanPpm = 5 });
        Assert.NotNull(_sample.Make(Margin.SetPolicy(new("AAPL", policy, "", ""), CatalogSample.Now)));
        Assert.Null(_sample.Make(Margin.SetPolicy(new("USD", policy, "", ""), CatalogSample.Now)));
        Assert.Null(Margin.SetPolicy(new("USD", policy, "", ""), CatalogSample.Now).Record);
        Assert.Equal(5, Margin.PolicyOf("USD").LoanPpm);
        Assert.Equal(new MarginPolicy(), Margin.PolicyOf("EUR"));
    }

    [Fact]
    public void Groups_with_a_credit_are_bounded_and_none_is_left_at_0()
    {
        for (var i = 0; i < MarginRulebook.GroupsLimit; i++)
        {
            Assert.Null(SetGroup($"G{i}", 10));
        }

        Assert.NotNull(SetGroup("MORE", 10));
        Assert.Null(SetGroup("G0", 20));
        Assert.Null(SetGroup("G0", 0));
        Assert.Null(SetGroup("MORE", 10));
        Assert.NotNull(SetGroup("no name", 10));
        Assert.NotNull(SetGroup("G1", MarginGroup.CreditLimit + 1));
    }

    [Fact]
    public void Fund_pays_first_then_the_house_and_a_step_once()
    {
        var insurance = _sample.Catalog.Insurance;
        var claim = new LiquidationClaim(Customer, 3, "USD", Fee: 100, Deficit: 250);
        _sample.Apply(insurance.Insure(claim, CatalogSample.Now)!);
        Assert.Equal(new LiquidationCover(3, 100, 150), insurance.CoverOf(claim));
        Assert.Null(insurance.Insure(claim, CatalogSample.Now));
        Assert.Equal([new InsuranceFund("USD", 0)], insurance.Funds);
        Assert.Empty(insurance.Deficits);
    }

    [Fact]
    public void Deficit_is_shared_out_beyond_the_skin_until_it_ends()
    {
        var insurance = _sample.Catalog.Insurance;
        var policy = EncodedMarginPolicy.From(new MarginPolicy { SharesOut = true, Skin = 50 });
        _sample.Make(Margin.SetPolicy(new("USD", policy, "", ""), CatalogSample.Now));
        _sample.Apply(insurance.Insure(new LiquidationClaim(Customer, 3, "USD", 0, 250), CatalogSample.Now)!);
        Assert.Equal(200, Assert.Single(insurance.Deficits).Amount);
        Assert.Null(insurance.End(Customer, 3, CatalogSample.Now));

        var day = new DeficitDay(
            Customer, 3, [new DayGain(Customer, "AAPL", -300), new DayGain(1_002, "AAPL", 500)],
            [new DeficitShare(1_002, 1_000)]);
        _sample.Apply(insurance.Share(day, CatalogSample.Now)!);
        Assert.Equal([new DeficitShare(1_002, 200)], insurance.SharesOf(day));
        Assert.Null(insurance.Share(day, CatalogSample.Now));
        _sample.Apply(insurance.End(Customer, 3, CatalogSample.Now)!);
        Assert.Empty(insurance.Deficits);
        Assert.Empty(insurance.SharesOf(day));
    }

    private string? SetTerms(string symbol, long lendable = 0) => _sample.Make(
        Margin.SetTerms(
            new MarginTermsRequest(
                symbol,
                EncodedMarginTerms.From(new MarginTerms
                {
                    Long = MarginTable.Flat(500_000, 250_000),
                    Short = MarginTable.Flat(500_000, 300_000),
                    LendableLots = lendable,
                }),
                "", ""),
            _sample.Catalog.Actions, CatalogSample.Now));

    private string? SetGroup(string name, int credit) =>
        _sample.Make(Margin.SetGroup(new MarginGroupRequest(name, credit, "", ""), CatalogSample.Now));

    private string? Locate(long account, long lots) =>
        _sample.Make(Margin.SetLocate(new LocateRequest("AAPL", account, lots, "", ""), CatalogSample.Now));
}
