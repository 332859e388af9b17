using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Simulation;

/// <summary>
/// The witness's own state of margin accounts, liquidations and the insurance fund, derived from durable records alone.
/// </summary>
internal sealed class WitnessedMargin(World world)
{
    private const string Liquidation = " liquidation:";
    private readonly Dictionary<long, MarginState> _states = [];
    private readonly Dictionary<(long Account, string Asset), long> _units = [];
    private readonly Dictionary<(long Account, long Sequence), LiquidationStepEnded> _claims = [];
    private readonly Dictionary<(long Account, long Sequence), LiquidationInsured> _insured = [];
    private readonly HashSet<(long Account, long Sequence)> _covered = [];
    private readonly Dictionary<string, long> _funds = new(StringComparer.Ordinal);

    private readonly Dictionary<string, MarginPolicy> _policies = new(StringComparer.Ordinal);
    private readonly Dictionary<(long Account, long Sequence), DeficitShared> _shared = [];
    private readonly Dictionary<(long Account, long Sequence), HashSet<long>> _paid = [];
    private readonly HashSet<(long Account, long Sequence)> _ended = [];

    // Units moved by trade changes; how many of the changes an account knows from later deliveries, and how many it
    // knew at the start of a liquidation step.
    private readonly Dictionary<(long Account, string Symbol), List<long>> _changes = [];
    private readonly Dictionary<(long Account, string Symbol), int> _told = [];
    private readonly Dictionary<(long Account, string Symbol), int> _toldAtStep = [];

    /// <summary>Number of liquidation orders so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Number of deficits paid so far.</summary>
    public long Deficits { get; private set; }

    /// <summary>Returns true for the name of a liquidation order, which an account creates by itself.</summary>
    public static bool IsLiquidation(string name) => name.StartsWith(Liquidation, StringComparison.Ordinal);

    /// <summary>Adds a record of an account.</summary>
    public void See(long account, long sequence, AccountRecord record, IEnumerable<WitnessedOrder> orders)
    {
        switch (record)
        {
            case AccountKindSet { Currency.Length: > 0 }:
                _states[account] = MarginState.Healthy;
                break;
            case MarginReviewed reviewed:
                _states[account] = reviewed.State;
                break;
            case HoldPlaced hold when IsLiquidation(hold.Order.ClientOrderId):
                SeeStep(account, sequence, hold, orders);
                break;
            case HoldPlaced or ListHeld or TransferredOut or Withdrawn
                when _states.GetValueOrDefault(account) == MarginState.Liquidating:
                world.Find($"account {account} is liquidated, and {sequence} is {record}");
                break;
            case LiquidationStepEnded ended:
                SeeEnd(account, sequence, ended, orders);
                break;
            case DeficitCovered covered:
                SeeCover(account, covered);
                break;
            case DeficitSharePaid paid:
                SeeShare(account, paid);
                break;
        }

        Move(account, record);
    }

    /// <summary>Number of deficits shared out so far of which other accounts paid a part.</summary>
    public long Shared { get; private set; }

    /// <summary>Adds a record of the catalog.</summary>
    public void See(CatalogRecord record)
    {
        switch (record)
        {
            case MarginPolicySet { Request: var set }:
                _policies[set.Asset] = set.Policy.Decode();
                break;
            case LiquidationInsured insured:
                SeeInsured(insured);
                break;
            case DeficitShared shared:
                SeeShared(shared);
                break;
            case DeficitEnded { Account: var account, Sequence: var sequence }:
                var open = _shared.GetValueOrDefault((account, sequence));
                if (open is null || !_ended.Add((account, sequence))
                    || open.Shares.Length != (_paid.GetValueOrDefault((account, sequence))?.Count ?? 0))
                    world.Find($"deficit {account}:{sequence} ends, and {open} is not on record where it is paid");
                break;
        }
    }

    private void SeeShared(DeficitShared shared)
    {
        var key = (shared.Account, shared.Sequence);
        var most = _insured.GetValueOrDefault(key)?.Shared ?? 0;
        if (most == 0 || !_shared.TryAdd(key, shared))
            world.Find($"{shared} is of no deficit that is shared out");
        if (shared.Shares.Any(share => share.Amount <= 0 || share.Account == shared.Account)
            || shared.Shares.DistinctBy(share => share.Account).Count() != shared.Shares.Length
            || shared.Shares.Sum(share => share.Amount) > most)
            world.Find($"of {most} this is shared out: {shared} {string.Join(' ', shared.Shares)}");
        Shared += shared.Shares.IsEmpty ? 0 : 1;
    }

    private void SeeShare(long account, DeficitSharePaid paid)
    {
        var key = (paid.Loser, paid.Deficit);
        var asked =
            _shared.GetValueOrDefault(key)?.Shares.FirstOrDefault(share => share.Account == account).Amount ?? 0;
        if (paid.Amount > asked || asked == 0)
            world.Find($"account {account} pays {paid}, and {asked} was its share");
        if (!_paid.TryGetValue(key, out var payers))
            _paid.Add(key, payers = []);
        if (!payers.Add(account))
            world.Find($"account {account} pays {paid} again");
    }

    private void SeeInsured(LiquidationInsured insured)
    {
        var claim = insured.Claim;
        var key = (claim.Account, claim.Sequence);
        if (_claims.GetValueOrDefault(key) is not { } ended
            || (ended.Asset, ended.Fee, ended.Deficit) != (claim.Asset, claim.Fee, claim.Deficit))
            world.Find($"the fund knows of {claim}, which is not on record");
        if (!_insured.TryAdd(key, insured))
            world.Find($"the fund takes {claim} again");
        _funds[claim.Asset] = _funds.GetValueOrDefault(claim.Asset) + claim.Fee - insured.FromFund;
        if (_funds[claim.Asset] < 0 || insured.FromFund + insured.FromHouse != claim.Deficit)
            world.Find($"the fund has {_funds[claim.Asset]} after {insured}");
        var policy = _policies.GetValueOrDefault(claim.Asset) ?? new MarginPolicy();
        if (insured.Shared != (policy.SharesOut ? Math.Max(0, insured.FromHouse - policy.Skin) : 0))
            world.Find($"{insured} shares out another amount than {policy} says");
    }

    /// <summary>Adds a record of a payout, which may return amounts.</summary>
    public void See(string asset, PayoutRecord record)
    {
        foreach (var item in record is BatchRefused refused ? refused.Items : [])
            Add(item.Account, asset, item.Amount);
    }

    /// <summary>Adds a trade of an order.</summary>
    public void Trade(WitnessedOrder order, long lots)
    {
        var before = _units.GetValueOrDefault((order.Account, order.Symbol));
        Add(order.Account, order.Symbol, order.Side == Side.Buy ? lots : -lots);
        var after = _units[(order.Account, order.Symbol)];
        var key = (order.Account, order.Symbol);
        if (IsLiquidation(order.ClientOrderId) && !Without(key, _toldAtStep.GetValueOrDefault(key)).Any(changed =>
            Math.Abs(after - changed) < Math.Abs(before - changed)
                && Math.Sign(after - changed) != -Math.Sign(before - changed)))
            world.Find($"account {order.Account}: a liquidation makes {after} {order.Symbol} of {before}");
        if (after < -world.Database.Witness.Shorts.TakenBack(order.Account, order.Symbol)
            && !_states.ContainsKey(order.Account))
            world.Find($"account {order.Account} has {after} {order.Symbol} and no margin");
    }

    /// <summary>Adds the reversal or restatement of a trade.</summary>
    public void Change(string symbol, TradeStep step)
    {
        var trade = step.Trade;
        var bought = trade.TakerSide == Side.Buy == step is TradeRestated ? trade.QuantityLots : -trade.QuantityLots;
        foreach (var (account, lots) in new[] { (trade.Taker.Account, bought), (trade.Maker.Account, -bought) })
        {
            Add(account, symbol, lots);
            if (!_changes.TryGetValue((account, symbol), out var changes))
                _changes.Add((account, symbol), changes = []);
            changes.Add(lots);
        }
    }

    /// <summary>
    /// Records a delivery of an account's order. An account that knows it knows all changes before it.
    /// </summary>
    public void Told(long account, string symbol) =>
        _told[(account, symbol)] = _changes.GetValueOrDefault((account, symbol))?.Count ?? 0;

    // Changes that the account may not know yet: the last one, the last two, or all after those it knows.
    private IEnumerable<long> Without((long Account, string Symbol) key, int told)
    {
        var changed = 0L;
        yield return changed;
        var changes = _changes.GetValueOrDefault(key) ?? [];
        for (var i = changes.Count; i > told; i--)
            yield return changed += changes[i - 1];
    }

    /// <summary>Checks at the end that every liquidation is complete and known to the insurance fund.</summary>
    public void RequireSettled()
    {
        foreach (var (account, state) in _states)
        {
            if (state == MarginState.Liquidating)
                world.Find($"account {account} is still liquidated");
        }

        foreach (var ((account, sequence), _) in _claims.Where(claim => !_covered.Contains(claim.Key)))
            world.Find($"account {account}: the fund was never told of {sequence}");

        foreach (var (account,
            sequence) in _insured.Where(insured => insured.Value.Shared > 0 && !_ended.Contains(insured.Key))
            .Select(insured => insured.Key))
            world.Find($"the deficit of {account}:{sequence} is still shared out");
    }

    private void SeeStep(long account, long sequence, HoldPlaced hold, IEnumerable<WitnessedOrder> orders)
    {
        Steps++;
        if (_states.GetValueOrDefault(account) != MarginState.Liquidating)
            world.Find($"account {account} is not liquidated, and {sequence} is {hold}");
        if (orders.FirstOrDefault(order => order.Account == account
            && order.State is WitnessedState.Held or WitnessedState.Open) is { } open)
            world.Find(
                $"account {account}: a liquidation begins step {sequence} while {open.ClientOrderId} is {open.State}");
        var key = (account, hold.Symbol);
        var units = _units.GetValueOrDefault(key);
        _toldAtStep[key] = _told.GetValueOrDefault(key);
        if (!Without(key, _toldAtStep[key]).Any(changed =>
            hold.Order.QuantityLots <= Math.Abs(units - changed)
                && (hold.Order.Side == Side.Buy) == units - changed < 0))
            world.Find(
                $"account {account}: of {units} {hold.Symbol} {sequence} liquidates {hold.Order.Side} {hold.Order.QuantityLots}");
    }

    private void SeeEnd(long account, long sequence, LiquidationStepEnded ended, IEnumerable<WitnessedOrder> orders)
    {
        if (ended.Number > 0 && orders.Any(order => order.Account == account && order.Number == ended.Number
            && order.State is WitnessedState.Held or WitnessedState.Open))
            world.Find($"account {account}: step {ended.Number} ends at {sequence} and is open");
        if (ended.Deficit > 0 && Market.Symbols.Any(symbol =>
            !Without((account, symbol), _told.GetValueOrDefault((account, symbol)))
                .Contains(_units.GetValueOrDefault((account, symbol)))))
            world.Find($"account {account}: {sequence} is a deficit, and there is something to sell");
        if (ended.Fee > 0 || ended.Deficit > 0)
            _claims.Add((account, sequence), ended);
    }

    private void SeeCover(long account, DeficitCovered covered)
    {
        var key = (account, covered.Claim);
        if (_insured.GetValueOrDefault(key) is not { } insured
            || (insured.FromFund, insured.FromHouse) != (covered.FromFund, covered.FromHouse))
            world.Find(
                $"account {account}: {covered} is not what the fund has on record: {_insured.GetValueOrDefault(key)}");
        if (!_covered.Add(key))
            world.Find($"account {account}: {covered.Claim} is covered twice");
        Deficits += covered.FromFund + covered.FromHouse > 0 ? 1 : 0;
    }

    private void Move(long account, AccountRecord record)
    {
        var (asset, amount) = record switch
        {
            Deposited deposit => (deposit.Asset, deposit.Amount),
            TransferredOut transfer => (transfer.Asset, -transfer.Amount),
            Withdrawn withdrawal => (withdrawal.Asset, -withdrawal.Amount),
            DeficitSharePaid paid => (paid.Asset, -paid.Amount),
            _ => ("", 0),
        };
        if (amount != 0)
            Add(account, asset, amount);
    }

    private void Add(long account, string asset, long amount) =>
        _units[(account, asset)] = _units.GetValueOrDefault((account, asset)) + amount;
}
