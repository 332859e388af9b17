using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.Clearing.Tests;

public class OwnersTests
{
    private readonly CatalogSample _sample = new(Sample.Share);

    [Fact]
    public void Trade_group_begins_with_the_second_account_and_stays()
    {
        Set(1_001, "alice");
        Assert.Equal(0, GroupOf(1_001));
        Set(1_002, "alice");
        Assert.Equal((1, 1), (GroupOf(1_001), GroupOf(1_002)));
        Set(1_002, "");
        Assert.Equal(1, GroupOf(1_001));
        Assert.Equal("", _sample.Catalog.Owners.Of(1_002));
    }

    [Fact]
    public void Same_owner_or_block_again_records_nothing()
    {
        var owners = _sample.Catalog.Owners;
        Assert.Null(owners.Set(new OwnedAccount(1_001, ""), CatalogSample.Now).Record);
        Set(1_001, "alice");
        Assert.Null(owners.Set(new OwnedAccount(1_001, "alice", 7), CatalogSample.Now).Record);
        _sample.Make(owners.Block(new OwnerBlock("alice", true, "", ""), CatalogSample.Now));
        Assert.Equal(["alice"], owners.Blocked);
        Assert.Null(owners.Block(new OwnerBlock("alice", true, "", ""), CatalogSample.Now).Record);
        _sample.Make(owners.Block(new OwnerBlock("alice", false, "", ""), CatalogSample.Now));
        Assert.Empty(owners.Blocked);
    }

    [Fact]
    public void Limits_of_an_owner_have_equal_shares_unless_others_are_given()
    {
        Set(1_002, "alice");
        Set(1_001, "alice");
        Assert.Null(Limit("AAPL"));
        Assert.Equal(
            [new OwnerShare(1_001, 1), new OwnerShare(1_002, 1)],
            Assert.Single(_sample.Catalog.Limits.OfOwners).Shares);
        Assert.Null(Limit("AAPL", new OwnerShare(1_002, 3)));
        Assert.Equal([new OwnerShare(1_002, 3)], Assert.Single(_sample.Catalog.Limits.OfOwners).Shares);
    }

    [Fact]
    public void Limits_need_a_listed_scope_and_shares_of_the_owners_accounts()
    {
        Assert.NotNull(Limit("AAPL"));
        Set(1_001, "alice");
        Assert.NotNull(Limit("NONE"));
        Assert.NotNull(Limit("AAPL", new OwnerShare(1_002, 1)));
        Assert.NotNull(Limit("AAPL", new OwnerShare(1_001, 1), new OwnerShare(1_001, 2)));
        Assert.NotNull(Limit("AAPL", new OwnerShare(1_001, 0)));
        Assert.Empty(_sample.Catalog.Limits.OfOwners);
    }

    [Fact]
    public void Limits_of_everyone_are_of_a_listed_symbol()
    {
        var limits = _sample.Catalog.Limits;
        var request = new LimitsRequest("AAPL", [new AccountLimit(LimitKind.OpenOrders, 5)], "", "");
        _sample.Make(limits.Set(request, CatalogSample.Now));
        Assert.Equal("AAPL", Assert.Single(limits.Everyone).Symbol);
        Assert.Null(limits.Set(request, CatalogSample.Now).Record);
        Assert.Throws<ArgumentException>(() => limits.Set(request with { Symbol = "NONE" }, CatalogSample.Now));
        _sample.Make(limits.Set(request with { Limits = [] }, CatalogSample.Now));
        Assert.Empty(limits.Everyone);
    }

    private void Set(long account, string owner) =>
        _sample.Make(_sample.Catalog.Owners.Set(new OwnedAccount(account, owner), CatalogSample.Now));

    private long GroupOf(long account) =>
        _sample.Catalog.Owners.Accounts.Single(owned => owned.Account == account).TradeGroup;

    private string? Limit(string symbol, params OwnerShare[] shares) => _sample.Make(
        _sample.Catalog.Limits.Set(
            new OwnerLimitsRequest(
                new OwnerLimits("alice", symbol, [new AccountLimit(LimitKind.OpenOrders, 5)], [.. shares]), "", ""),
            CatalogSample.Now));
}
