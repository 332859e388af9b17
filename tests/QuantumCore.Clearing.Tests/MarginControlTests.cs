using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Margin of an account by itself, and what a cash account is spared.</summary>
public class MarginControlTests
{
    private static readonly Asset s_usd = new("USD", 2);

    private readonly Account _account = new(new AccountId(1001));
    private readonly MarginControl _margin;

    public MarginControlTests()
    {
        var clock = new AccountClock();
        _margin = new MarginControl(
            _account, clock, new TradedSymbols(), new AccountSettlement(_account, clock, null), null);
    }

    [Fact]
    public void Cash_account_passes_every_margin_check()
    {
        var order = new MarginOrder(Sample.Share, Side.Sell, 100, 5, FeeTerms.Of(Sample.Share));
        Assert.False(_margin.IsMargin);
        Assert.Equal(RejectReason.None, _margin.Check([order], null, 1));
        Assert.Equal(RejectReason.None, _margin.RejectionOf([], null));
        Assert.Null(_margin.TakeMarks([], _ => null, 1));
        Assert.False(_margin.CountsAsEquity("USD"));
    }

    [Fact]
    public void Margin_account_trades_nothing_without_terms()
    {
        _margin.Apply(new AccountKindSet(1, "USD", 2, "desk", "", ""));
        var order = new MarginOrder(Sample.Share, Side.Buy, 100, 5, FeeTerms.Of(Sample.Share));
        Assert.True(_margin.IsMargin && _account.IsMargin);
        Assert.Equal(RejectReason.NotPermitted, _margin.Check([order], null, 1));
    }

    [Fact]
    public void Account_that_holds_more_than_its_currency_keeps_its_kind()
    {
        _account.Deposit(Sample.Share.Base, 1);
        var request = new AccountKindRequest("USD", "desk", "");
        Assert.NotNull(_margin.SetKind(request, s_usd, 1).WhyNot);
        _account.Give(Sample.Share.Base, 1);
        Assert.IsType<AccountKindSet>(_margin.SetKind(request, s_usd, 1).Record);
    }

    [Fact]
    public void Record_of_a_margin_account_is_not_a_cash_accounts() =>
        Assert.Throws<InvalidDataException>(
            () => _margin.Apply(new DeficitCovered(1, "USD", 2, 3, 4, 5), sequence: 9));

    [Fact]
    public void Lacking_asset_is_forgotten_when_enough_came_in()
    {
        var lacking = new LackingAssets(_account, _margin);
        _account.Move(s_usd, -5);
        lacking.Find("USD");
        lacking.Find("EUR");
        Assert.True(lacking.IsShort && lacking.Contains("USD"));
        _account.Move(s_usd, 4);
        lacking.Forget();
        Assert.Equal("USD", lacking.Names);
        _account.Move(s_usd, 1);
        lacking.Forget();
        Assert.True(lacking.IsEmpty && !lacking.IsShort);
    }

    [Fact]
    public void Margin_account_may_lack_its_currency()
    {
        _margin.Apply(new AccountKindSet(1, "USD", 2, "desk", "", ""));
        var lacking = new LackingAssets(_account, _margin);
        _account.Move(s_usd, -5);
        _account.Move(Sample.Share.Base, -5);
        lacking.Find("USD");
        lacking.Find("AAPL");
        Assert.Equal("AAPL", lacking.Names);
    }
}
