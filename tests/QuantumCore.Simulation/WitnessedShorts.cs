using QuantumCore.Contracts;

namespace QuantumCore.Simulation;

/// <summary>
/// The witness's own state of what changed trades took back, and of accounts that lack it. It checks how far an account
/// may be negative, and that none is unfrozen before as much has come in.
/// </summary>
internal sealed class WitnessedShorts(World world)
{
    private readonly Dictionary<(long Account, string Asset), long> _takenBack = [];
    private readonly Dictionary<(long Account, string Asset), long> _received = [];
    private readonly SortedDictionary<(long Account, string Asset), long> _lacks = [];
    private readonly SortedDictionary<(long Account, string Asset), long> _lacksFree = [];
    private readonly Dictionary<long, long> _told = [];

    /// <summary>Number of times that accounts froze themselves.</summary>
    public long Frozen { get; private set; }

    /// <summary>Accounts that froze themselves and are not unfrozen.</summary>
    public HashSet<long> Waiting { get; } = [];

    /// <summary>
    /// Returns how far an account may be negative in an asset: the amount that trade changes have taken from it so far.
    /// </summary>
    public long TakenBack(long account, string asset) => _takenBack.GetValueOrDefault((account, asset));

    /// <summary>Starts counting an account's receipts, before its balances are read.</summary>
    public ReceivedSince Since(long account) => new(
        _received.Where(received => received.Key.Account == account)
            .ToDictionary(received => received.Key.Asset, received => received.Value),
        _told.GetValueOrDefault(account));

    /// <summary>Records an event of an account's order, which may release what was held for it.</summary>
    public void Told(long account)
    {
        _told[account] = _told.GetValueOrDefault(account) + 1;
        foreach (var key in _lacksFree.Keys.Where(lacks => lacks.Account == account).ToArray())
            _lacksFree.Remove(key);
    }

    /// <summary>
    /// Adds the movements of one change together, because reversal and restatement belong to one record.
    /// </summary>
    public void Changed(IEnumerable<(long Account, string Asset, long Amount)> lines)
    {
        foreach (var moved in lines.GroupBy(line => (line.Account, line.Asset)))
            _takenBack[moved.Key] = TakenBack(moved.Key.Account, moved.Key.Asset)
                + Math.Max(0, -moved.Sum(line => line.Amount));
    }

    /// <summary>Adds a receipt of an account, immediate or due.</summary>
    public void Moved(long account, string asset, long amount)
    {
        if (amount <= 0)
            return;
        _received[(account, asset)] = _received.GetValueOrDefault((account, asset)) + amount;
        foreach (var lacks in new[] { _lacks, _lacksFree })
        {
            if (lacks.TryGetValue((account, asset), out var has) && has + amount < 0)
                lacks[(account, asset)] = has + amount;
            else
                lacks.Remove((account, asset));
        }
    }

    /// <summary>
    /// Records that the account itself reported a negative balance, or less than is held. That holds until as much has
    /// come in, or an order releases it. Receipts since the read may be missing in the report.
    /// </summary>
    public void Knows(AccountView view, ReceivedSince since)
    {
        if (view.Sequence != world.Database.Witness.HeadOf("acct/" + view.Account))
            return;

        foreach (var balance in view.Balances)
        {
            var key = (view.Account, balance.Asset);
            var came = _received.GetValueOrDefault(key) - since.Received.GetValueOrDefault(balance.Asset);
            if (balance.Total + came < 0)
                _lacks[key] = balance.Total + came;
            if (balance.Available + came < 0 && since.Told == _told.GetValueOrDefault(view.Account))
                _lacksFree[key] = balance.Available + came;
        }
    }

    /// <summary>Adds a record of an account.</summary>
    public void See(long account, long sequence, AccountRecord record)
    {
        if (record is AccountFrozen { By: "exchange" } frozen)
        {
            Frozen++;
            Waiting.Add(account);
            if (!frozen.Closes || !_takenBack.Any(taken => taken.Key.Account == account && taken.Value > 0))
                world.Find($"account {account}: {sequence} is {frozen}, and nothing was taken back from it");
        }

        if (record is not AccountUnfrozen)
            return;

        Waiting.Remove(account);
        foreach (var (key, has) in _lacks.Concat(_lacksFree).Where(lacks => lacks.Key.Account == account))
            world.Find($"account {account}: it is let go at {sequence} and has {has} {key.Asset} free");
    }
}

/// <summary>Receipts of an account before its balances were read, and the number of its order events.</summary>
internal sealed record ReceivedSince(IReadOnlyDictionary<string, long> Received, long Told);
