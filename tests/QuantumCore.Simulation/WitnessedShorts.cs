using QuantumCore.Contracts;

namespace QuantumCore.Simulation;

/// <summary>
/// The witness's own book of what changed trades have taken back, and of accounts that lack it: how much less than nothing an account may have, and that none is let
/// go before as much has come in.
/// </summary>
internal sealed class WitnessedShorts(World world)
{
    private readonly Dictionary<(long Account, string Asset), long> _takenBack = [];
    private readonly Dictionary<(long Account, string Asset), long> _received = [];
    private readonly SortedDictionary<(long Account, string Asset), long> _lacks = [];
    private readonly SortedDictionary<(long Account, string Asset), long> _lacksFree = [];
    private readonly Dictionary<long, long> _told = [];

    /// <summary>Times that an account has frozen itself.</summary>
    public long Frozen { get; private set; }

    /// <summary>Who has frozen itself, and is not let go.</summary>
    public HashSet<long> Waiting { get; } = [];

    /// <summary>How much less than nothing an account may have of an asset: what changes of trades have taken from it so far.</summary>
    public long TakenBack(long account, string asset) => _takenBack.GetValueOrDefault((account, asset));

    /// <summary>Begins to count what comes in from now on, for who is about to ask what there is.</summary>
    public ReceivedSince Since(long account) => new(
        _received.Where(received => received.Key.Account == account).ToDictionary(received => received.Key.Asset, received => received.Value),
        _told.GetValueOrDefault(account));

    /// <summary>Something happens to an order of an account: what was held for it may be free.</summary>
    public void Told(long account)
    {
        _told[account] = _told.GetValueOrDefault(account) + 1;
        foreach (var key in _lacksFree.Keys.Where(lacks => lacks.Account == account).ToArray())
            _lacksFree.Remove(key);
    }

    /// <summary>A change moves this: of one record together, since what is taken back and what comes instead are one.</summary>
    public void Changed(IEnumerable<(long Account, string Asset, long Amount)> lines)
    {
        foreach (var moved in lines.GroupBy(line => (line.Account, line.Asset)))
            _takenBack[moved.Key] = TakenBack(moved.Key.Account, moved.Key.Asset) + Math.Max(0, -moved.Sum(line => line.Amount));
    }

    /// <summary>Something comes into an account, at once or as what is due to it.</summary>
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
    /// The account itself has said that it has less than nothing, or less than is held: that is so until as much has come in, or an order lets it go. All that
    /// came since it was asked may be beside what it said.
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

    /// <summary>What an account's own record says.</summary>
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

/// <summary>What an account had received by the time it was asked what it has, and how often its orders had been told of.</summary>
internal sealed record ReceivedSince(IReadOnlyDictionary<string, long> Received, long Told);
