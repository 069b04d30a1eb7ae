"""The sample districts (演示数据): both districts with a year of claims in every state, the same every time.

Everything is made by the house's own actions, acting as the officials and clerks of the sample, on days of 2020 and 2021;
`wudan.config.sample.clock` then keeps the demonstration's clock going from where the story ends.
"""
