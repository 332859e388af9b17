namespace QuantumCore.Client;

/// <summary>An amount of play money.</summary>
/// <param name="Asset">The asset.</param>
/// <param name="Amount">Amount in units of the asset; negative if a reset took it away.</param>
public sealed record DemoAmount(string Asset, decimal Amount);

/// <summary>Play money of a demo account: starting balances, or what a call changed.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Cancelled">Number of orders that a reset cancelled.</param>
/// <param name="Amounts">Amounts by asset.</param>
public sealed record DemoFunds(string Account, int Cancelled, IReadOnlyList<DemoAmount> Amounts);
