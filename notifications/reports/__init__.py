"""Reports for named readers inside the house, and the register of Article 33(5) GDPR."""
